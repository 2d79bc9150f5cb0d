import { type Cluster, clusters } from '../../clients/environment.ts'
import { reasonProblem, ruleId, ruleProblem } from '../../clients/rules.ts'
import { didYouMean } from '../../clients/suggestion.ts'
import type { ConnectorsFile, Principals, SeedRules, TopicsFile } from './config-shapes.ts'
import { type Loaded, type Problem } from './yaml.ts'

/** What a schema can't say about the files in `config/`: how one entry has to fit the others. */

/** The connectors of a worker's file. What begins with x- is there to be referred to (as in the Compose Specification). */
export function declaredConnectors({ value }: Loaded<ConnectorsFile>): [string, Record<string, string>][] {
  return Object.entries(value ?? {}).filter(([name]) => !name.startsWith('x-'))
}

/** Rules that the filter would refuse, and the same rule twice. */
export function checkBans({ value, problem }: Loaded<SeedRules>): Problem[] {
  const places = new Map<string, number>()
  return (value?.rules ?? []).flatMap(({ kind, value: text, reason }, index) => {
    const at = (key: string, message: string | undefined) => (message ? [problem(['rules', index, key], message)] : [])
    const id = ruleId(kind, text)
    const first = places.get(id)
    places.set(id, first ?? index)
    const again = first === undefined ? undefined : `expected each rule once, got ${id} again: it is rules.${first}`
    return [...at('value', ruleProblem(kind, text) ?? again), ...at('reason', reasonProblem(reason))]
  })
}

/** The names of all topics of a cluster, copies included. */
function topicNames({ value }: Loaded<TopicsFile>, cluster: Cluster): string[] {
  return value ? [...Object.keys(value[cluster].topics), ...value[cluster].mirrors] : []
}

/** Rights to what is not there, and names that can't be told apart or can't stand in a certificate. */
export function checkPrincipals({ value, problem }: Loaded<Principals>, topics: Loaded<TopicsFile>): Problem[] {
  if (!value) return []
  const problems: Problem[] = []
  for (const [name, client] of Object.entries(value.clients)) {
    if (name in value.servers) problems.push(problem(['clients', name], 'expected a name that no server has'))
    for (const cluster of topics.value ? clusters : []) {
      const declared = topicNames(topics, cluster)
      for (const right of ['read', 'write', 'watch', 'inspect', 'copy'] as const)
        client[cluster][right].forEach((topic, index) => {
          const known = topic.endsWith('*') ? declared.some((other) => other.startsWith(topic.slice(0, -1))) : declared.includes(topic)
          if (!known) problems.push(problem(['clients', name, cluster, right, index], `expected a topic of topics.yaml, got ${topic}${didYouMean(topic, declared)}`))
        })
    }
  }
  for (const [section, entries] of Object.entries(value))
    for (const name of Object.keys(entries))
      if (!/^[a-z][a-z0-9-]{0,62}$/.test(name)) problems.push(problem([section, name], `expected lower-case letters, digits and hyphens, got ${name}`))
  return problems
}

/** Settings whose words the JDBC sink looks at only when a record comes, so that its tasks fail then (Debezium 3.6). */
const words: Record<string, string[]> = {
  'insert.mode': ['insert', 'upsert', 'update'],
  'primary.key.mode': ['none', 'kafka', 'record_key', 'record_value', 'record_header'],
  'schema.evolution': ['none', 'basic'],
  'delete.enabled': ['true', 'false'],
}

/** Connectors without a class, or over topics that are not declared. Sinks and mirrors alike take them from the primary cluster. */
export function checkConnectors(loaded: Loaded<ConnectorsFile>, topics: Loaded<TopicsFile>): Problem[] {
  const declared = topicNames(topics, 'primary')
  return declaredConnectors(loaded).flatMap(([connector, settings]) => {
    const problems: Problem[] = []
    for (const key of ['connector.class', 'topics'])
      if (!settings[key]) problems.push(loaded.problem([connector, key], `expected ${key}, got nothing`))
    for (const [key, allowed] of Object.entries(words)) {
      const { [key]: word } = settings
      if (word !== undefined && !allowed.includes(word)) problems.push(loaded.problem([connector, key], `expected one of ${allowed.join(', ')}, got ${word}${didYouMean(word, allowed)}`))
    }
    for (const key of ['topics', 'errors.deadletterqueue.topic.name'])
      for (const topic of (settings[key] ?? '').split(',').map((name) => name.trim()).filter((name) => name && !name.startsWith('${')))
        if (topics.value && !declared.includes(topic)) problems.push(loaded.problem([connector, key], `expected a topic of topics.yaml, got ${topic}${didYouMean(topic, declared)}`))
    return problems
  })
}
