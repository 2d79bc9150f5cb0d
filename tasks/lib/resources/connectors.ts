import { connectRest, type Connectors } from '../../../clients/connect.ts'
import { copier, copiesSetting } from '../../../clients/copies.ts'
import type { Environment, Profile, Worker } from '../../../clients/environment.ts'
import { InfraError } from '../../../clients/errors.ts'
import type { Config } from '../config.ts'
import { stateOf } from '../connector-faults.ts'
import { declareConnectors } from '../door.ts'
import { idsOfBoth, noteOf } from '../copies.ts'
import type { Resource } from '../reconcile.ts'
import { normalSet } from '../topic-settings.ts'
import { until } from '../until.ts'
import { refuseConnectors } from './connector-refusals.ts'

// it has no task until a consumer group reads what it mirrors
const idleWithoutGroups = 'org.apache.kafka.connect.mirror.MirrorCheckpointConnector'

/** Settings of sinks and of MirrorMaker in which order and blanks mean nothing; in others, such as transforms, order counts. */
const sets = ['topics', 'topics.exclude', 'groups', 'groups.exclude', 'config.properties.exclude']
const normal = (settings: Record<string, string>) => Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, sets.includes(key) ? normalSet(value) : value]))

/** What Connect adds to a configuration by itself, and we. */
const added = ['name', copiesSetting]

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
      fields: { ...normal(Object.fromEntries(Object.entries(connector.info.config).filter(([key]) => !added.includes(key)))), state: stateOf(worker, connector) },
    }))
  },
  refuse: async (changes, { env, config }) => {
    const due = config.connectors[worker].filter(({ name }) => changes.some(({ id, action, fields }) => id === name && action !== 'remove' && fields.some((field) => field.name !== 'state')))
    await refuseConnectors(env, worker, due, config.connectors[worker])
  },
  apply: async ({ env, config }, changes) => {
    const rest = connectRest(env, worker)
    const failed = Object.entries(await rest.connectors()).flatMap(([name, connector]) => (isFailed(stateOf(worker, connector)) ? [name] : []))
    declareConnectors(env, worker, config)
    for (const { id, action, fields } of changes) {
      const declared = config.connectors[worker].find(({ name }) => name === id)
      if (action === 'remove') await rest.remove(id)
      else if (declared && fields.some(({ name }) => name !== 'state')) await rest.put(id, { ...declared.config, ...(id === copier ? await noted(env, config) : {}) })
      if (action === 'update' && fields.some(({ name }) => name === 'state')) {
        await rest.resume(id)
        await rest.restartFailed(id)
      }
    }
    await running(env, worker, kind, changes.filter(({ action }) => action !== 'remove').map(({ id }) => id), failed)
  },
})

/** What is noted of the copies; of a copier that is made, what it begins with. */
async function noted(env: Environment, { clusters: { analytics } }: Config): Promise<Record<string, string>> {
  const settings = (await connectRest(env, 'mirror').connectors())[copier]?.info.config
  if (!settings) return noteOf({}, analytics.mirrored, await idsOfBoth(env, analytics.mirrored))
  const { [copiesSetting]: text } = settings
  return text === undefined ? {} : { [copiesSetting]: text }
}

/** What fails after that has found nothing to do until then. */
const steadyMs = 2_000
/** A failure from before a change may be shown for a moment after it. */
const staleMs = 15_000

/**
 * Waits until connectors and all of their tasks run, and have for some seconds, for what a task may not do it finds out
 * when it has begun to work.
 *
 * @param failed those that had failed before
 * @throws InfraError `CONNECTOR_FAILED` with the reason as soon as a task fails
 */
export async function running(env: Environment, worker: Worker, kind: string, names: string[], failed: string[] = []): Promise<void> {
  const rest = connectRest(env, worker)
  const hint = `task logs -- ${worker}; task apply -- ${kind}`
  const began = performance.now()
  const stale = new Set(failed)
  let steady: number | undefined
  await until({ code: 'CONNECTOR_NOT_RUNNING', awaited: `running connectors (${names.join(', ')})`, timeoutMs: 90_000, hint }, async () => {
    const all = await rest.connectors()
    const waiting = names.filter((name) => !all[name] || !runs(all[name]))
    const states = waiting.map((name) => ({ name, state: all[name] ? stateOf(worker, all[name]) : 'not there yet' }))
    const seen = states.map(({ name, state }) => `${name}: ${state}`).join('; ')
    for (const name of stale) if (performance.now() - began > staleMs || !states.some((each) => each.name === name && isFailed(each.state))) stale.delete(name)
    if (states.some(({ name, state }) => isFailed(state) && !stale.has(name))) throw new InfraError('CONNECTOR_FAILED', `expected running connectors, got ${seen}`, hint)
    steady = waiting.length > 0 ? undefined : (steady ?? performance.now())
    return (steady !== undefined && performance.now() - steady >= steadyMs) || seen || 'they have just begun'
  })
}

const isFailed = (state: string) => /^(task \d+ )?FAILED/.test(state)

function runs({ status, info }: Connectors[string]): boolean {
  const awaitsTasks = status.tasks.length === 0 && info.config['connector.class'] !== idleWithoutGroups
  return !awaitsTasks && [status.connector, ...status.tasks].every(({ state }) => state === 'RUNNING')
}
