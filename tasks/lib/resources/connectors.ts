import { connectRest, type Connectors } from '../../../clients/connect.ts'
import { copier, copiesSetting } from '../../../clients/copies.ts'
import type { Environment, Profile, Worker } from '../../../clients/environment.ts'
import { InfraError, messageOf, UsageError } from '../../../clients/errors.ts'
import { didYouMean } from '../../../clients/suggestion.ts'
import type { Config } from '../config.ts'
import { idsOfBoth, noteOf } from '../copies.ts'
import type { Resource } from '../reconcile.ts'
import { normalSet } from '../topic-settings.ts'
import { until } from '../until.ts'

// it has no task until a consumer group reads what it mirrors
const idleWithoutGroups = 'org.apache.kafka.connect.mirror.MirrorCheckpointConnector'

/** Settings of sinks and of MirrorMaker in which order and blanks mean nothing; in others, such as transforms, order counts. */
const sets = ['topics', 'topics.exclude', 'groups', 'groups.exclude', 'config.properties.exclude']
const normal = (settings: Record<string, string>) => Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, sets.includes(key) ? normalSet(value) : value]))

/** What Connect adds to a configuration by itself, and we. */
const added = ['name', copiesSetting]

function stateOf({ status }: Connectors[string]): string {
  const failed = status.tasks.find(({ state }) => state === 'FAILED')
  if (failed) return `task ${failed.id} FAILED: ${failed.trace?.split('\n')[0] ?? 'no reason given'}`
  return status.connector.state
}

/**
 * The connectors of a Connect worker: their configuration and that they run. All connectors of the worker are ours.
 *
 * @param kind what the kind is called at the command line
 */
export const connectorsOf = (worker: Worker, kind: string, profile: Profile): Resource => ({
  kind,
  profile,
  desired: ({ config }) => config.connectors[worker].map(({ name, config: settings }) => ({ id: name, fields: { ...normal(settings), state: 'RUNNING' } })),
  read: async ({ env }) => {
    const all = await connectRest(env, worker).connectors()
    return Object.entries(all).map(([id, connector]) => ({
      id,
      fields: { ...normal(Object.fromEntries(Object.entries(connector.info.config).filter(([key]) => !added.includes(key)))), state: stateOf(connector) },
    }))
  },
  refuse: async (changes, { env, config }) => {
    const due = config.connectors[worker].filter(({ name }) => changes.some(({ id, action, fields }) => id === name && action !== 'remove' && fields.some((field) => field.name !== 'state')))
    const refusals = await Promise.all(due.map((connector) => refusalsOf(env, worker, connector)))
    if (refusals.flat().length > 0)
      throw new UsageError('CONNECTOR_REFUSED', `expected what Connect takes, nothing was touched\n${refusals.flat().map((line) => `  config/connectors/${worker}.yaml ${line}`).join('\n')}`, 'correct the lines above, then task plan')
  },
  apply: async ({ env, config }, changes) => {
    const rest = connectRest(env, worker)
    for (const { id, action, fields } of changes) {
      const declared = config.connectors[worker].find(({ name }) => name === id)
      if (action === 'remove') await rest.remove(id)
      else if (declared && fields.some(({ name }) => name !== 'state')) await rest.put(id, { ...declared.config, ...(id === copier ? await noted(env, config) : {}) })
      if (action === 'update' && fields.some(({ name }) => name === 'state')) {
        await rest.resume(id)
        await rest.restartFailed(id)
      }
    }
    await running(env, worker, kind, changes.filter(({ action }) => action !== 'remove').map(({ id }) => id))
  },
})

/** What the connector itself finds wrong, in its own words. Of an unknown class the worker names all that it has. */
async function refusalsOf(env: Environment, worker: Worker, { name, config }: { name: string; config: Record<string, string> }): Promise<string[]> {
  const wrong = await connectRest(env, worker).validate(name, config).catch((error: unknown) => {
    const [, words] = /(Failed to find any class.*)$/s.exec(messageOf(error)) ?? []
    if (words === undefined) throw error
    const known = [...words.matchAll(/, name='([^']+)'/g)].map(([, other = '']) => other)
    const given = config['connector.class'] ?? 'nothing'
    return [{ setting: 'connector.class', words: `expected one of ${known.join(', ')}, got ${given}${didYouMean(given, known)}` }]
  })
  return wrong.map(({ setting, words }) => `${name}.${setting}: ${words}`)
}

/** What is noted of the copies; of a copier that is made, what it begins with. */
async function noted(env: Environment, { clusters: { analytics } }: Config): Promise<Record<string, string>> {
  const settings = (await connectRest(env, 'mirror').connectors())[copier]?.info.config
  if (!settings) return noteOf({}, analytics.mirrored, await idsOfBoth(env, analytics.mirrored))
  const { [copiesSetting]: text } = settings
  return text === undefined ? {} : { [copiesSetting]: text }
}

/** Waits until connectors and all of their tasks run; a task that fails ends the waiting. */
export async function running(env: Environment, worker: Worker, kind: string, names: string[]): Promise<void> {
  const rest = connectRest(env, worker)
  const hint = `task logs -- ${worker}; task apply -- ${kind}`
  await until({ code: 'CONNECTOR_NOT_RUNNING', awaited: `running connectors (${names.join(', ')})`, timeoutMs: 90_000, hint }, async () => {
    const all = await rest.connectors()
    const waiting = names.filter((name) => {
      const connector = all[name]
      const awaitsTasks = !connector || (connector.status.tasks.length === 0 && connector.info.config['connector.class'] !== idleWithoutGroups)
      return awaitsTasks || ![connector.status.connector, ...connector.status.tasks].every(({ state }) => state === 'RUNNING')
    })
    const seen = waiting.map((name) => `${name}: ${all[name] ? stateOf(all[name]) : 'not there yet'}`).join('; ')
    if (seen.includes('FAILED')) throw new InfraError('CONNECTOR_FAILED', `expected running connectors, got ${seen}`, hint)
    return waiting.length === 0 || seen
  })
}
