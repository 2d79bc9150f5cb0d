import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { ruleKinds } from '../../clients/rules.ts'
import { didYouMean, type Loaded, loadYaml, type Problem, refuse } from './yaml.ts'
import { interpolate } from './variables.ts'

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String)

/** Topic settings that may be declared: Kafka 4.3's own names (TopicConfig). */
const topicConfigNames = [
  'cleanup.policy', 'compression.type', 'delete.retention.ms', 'file.delete.delay.ms', 'flush.messages', 'flush.ms',
  'index.interval.bytes', 'max.compaction.lag.ms', 'max.message.bytes', 'message.timestamp.type', 'min.cleanable.dirty.ratio',
  'min.compaction.lag.ms', 'min.insync.replicas', 'retention.bytes', 'retention.ms', 'segment.bytes', 'segment.ms',
  'unclean.leader.election.enable',
] as const
const topicConfig = z.strictObject(Object.fromEntries(topicConfigNames.map((name) => [name, scalar.optional()])))

const topicsShape = z.strictObject({
  owns: z.array(z.string()),
  defaults: z.strictObject({ 'replication.factor': z.int().positive(), config: topicConfig }),
  topics: z.record(
    z.string().regex(/^[a-z0-9._-]{1,200}$/),
    z.strictObject({ partitions: z.int().positive(), 'replication.factor': z.int().positive().optional(), config: topicConfig.prefault({}) }),
  ),
})

const names = z.array(z.string()).prefault([])
const authority = z.enum(['platform', 'rest']).prefault('platform')
const principalsShape = z.strictObject({
  servers: z.record(z.string(), z.strictObject({ super: z.boolean().prefault(false), authority })),
  clients: z.record(
    z.string(),
    z.strictObject({ super: z.boolean().prefault(false), authority, read: names, write: names, groups: names, transactions: names, own: names }),
  ),
})

const bansShape = z.strictObject({
  version: z.int().positive(),
  rules: z.array(z.strictObject({ kind: z.enum(ruleKinds), value: scalar, reason: z.string().min(1) })),
})

const connectorShape = z.record(z.string(), scalar)

type Topic = { name: string; partitions: number; replicationFactor: number; config: Record<string, string> }
type Principals = z.infer<typeof principalsShape>
type Connector = { name: string; config: Record<string, string> }
type SeedRules = z.infer<typeof bansShape>

/** The desired state: everything that `config/` declares, checked. */
export type Config = { topicPrefixes: string[]; topics: Topic[]; principals: Principals; connectors: Connector[]; bans: SeedRules }

/**
 * Loads and checks all of `config/`; nothing else is read and nothing is contacted.
 *
 * @param folder the folder that holds the files, given for tests
 * @throws UsageError `CONFIG_INVALID` with every problem of every file at once
 */
export function loadConfig(env: Environment, folder = join(env.root, 'config')): Config {
  const topics = loadYaml(join(folder, 'topics.yaml'), env.root, topicsShape)
  const principals = loadYaml(join(folder, 'principals.yaml'), env.root, principalsShape)
  const bans = loadYaml(join(folder, 'bans.yaml'), env.root, bansShape)
  const connectorFiles = readdirSync(join(folder, 'connectors')).filter((file) => file.endsWith('.yaml')).sort()
  const connectors = connectorFiles.map((file) => ({ name: basename(file, '.yaml'), loaded: loadYaml(join(folder, 'connectors', file), env.root, connectorShape) }))
  const problems = [
    ...[topics, principals, bans, ...connectors.map(({ loaded }) => loaded)].flatMap((loaded) => loaded.problems),
    ...checkTopics(topics),
    ...checkPrincipals(principals, topics),
    ...connectors.flatMap(({ loaded }) => checkConnector(loaded, topics)),
  ]
  const declared = connectors.map(({ name, loaded }) => ({
    name,
    config: Object.fromEntries(
      Object.entries(loaded.value ?? {}).map(([key, value]) => {
        const filled = interpolate(value, env.variables)
        problems.push(...filled.unknown.map((variable) => loaded.problem([key], `expected a variable of compose/.env, got \${${variable}}${didYouMean(variable, Object.keys(env.variables))}`)))
        return [key, filled.text]
      }),
    ),
  }))
  refuse(problems)
  if (!topics.value || !principals.value || !bans.value) throw new Error('a file without a value has a problem')
  const { defaults } = topics.value
  return {
    topicPrefixes: topics.value.owns,
    topics: Object.entries(topics.value.topics).map(([name, topic]) => ({
      name,
      partitions: topic.partitions,
      replicationFactor: topic['replication.factor'] ?? defaults['replication.factor'],
      config: present({ ...defaults.config, ...topic.config }),
    })),
    principals: principals.value,
    connectors: declared,
    bans: bans.value,
  }
}

function present(config: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(config).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

function checkTopics({ value, problem }: Loaded<z.infer<typeof topicsShape>>): Problem[] {
  if (!value) return []
  const problems: Problem[] = []
  for (const [name, topic] of Object.entries(value.topics)) {
    const replicas = topic['replication.factor'] ?? value.defaults['replication.factor']
    const inSync = Number(topic.config['min.insync.replicas'] ?? value.defaults.config['min.insync.replicas'] ?? 1)
    if (!(inSync <= replicas))
      problems.push(problem(['topics', name, 'config', 'min.insync.replicas'], `expected at most replication.factor ${replicas}, got ${inSync}: nothing could be written with acks=all`))
    if (!value.owns.some((prefix) => name.startsWith(prefix)))
      problems.push(problem(['topics', name], `expected a name that begins with one of ${value.owns.join(', ')} (owns), got ${name}`))
  }
  return problems
}

function checkPrincipals({ value, problem }: Loaded<Principals>, topics: Loaded<z.infer<typeof topicsShape>>): Problem[] {
  if (!value) return []
  const declared = Object.keys(topics.value?.topics ?? {})
  const problems: Problem[] = []
  for (const [name, client] of Object.entries(value.clients)) {
    if (name in value.servers) problems.push(problem(['clients', name], 'expected a name that no server has'))
    for (const right of ['read', 'write'] as const)
      client[right].forEach((topic, index) => {
        const known = topic.endsWith('*') ? declared.some((other) => other.startsWith(topic.slice(0, -1))) : declared.includes(topic)
        if (topics.value && !known) problems.push(problem(['clients', name, right, index], `expected a topic of topics.yaml, got ${topic}${didYouMean(topic, declared)}`))
      })
  }
  for (const [section, entries] of Object.entries(value))
    for (const name of Object.keys(entries))
      if (!/^[a-z][a-z0-9-]{0,62}$/.test(name)) problems.push(problem([section, name], `expected lower-case letters, digits and hyphens, got ${name}`))
  return problems
}

function checkConnector({ value, problem }: Loaded<Record<string, string>>, topics: Loaded<z.infer<typeof topicsShape>>): Problem[] {
  if (!value) return []
  const declared = Object.keys(topics.value?.topics ?? {})
  const problems: Problem[] = []
  for (const key of ['connector.class', 'topics'])
    if (!value[key]) problems.push(problem([key], `expected ${key}, got nothing`))
  const named: [string, string][] = ['topics', 'errors.deadletterqueue.topic.name'].flatMap((key) => (value[key] ?? '').split(',').filter(Boolean).map((topic): [string, string] => [key, topic.trim()]))
  for (const [key, topic] of named)
    if (topics.value && !declared.includes(topic)) problems.push(problem([key], `expected a topic of topics.yaml, got ${topic}${didYouMean(topic, declared)}`))
  return problems
}
