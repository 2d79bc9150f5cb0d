import { connectRest, type Connectors } from '../../../clients/connect.ts'
import { InfraError } from '../../../clients/errors.ts'
import type { Resource } from '../reconcile.ts'
import { until } from '../until.ts'

/** What Connect adds to a configuration by itself. */
const added = ['name']

function stateOf({ status }: Connectors[string]): string {
  const failed = status.tasks.find(({ state }) => state === 'FAILED')
  if (failed) return `task ${failed.id} FAILED: ${failed.trace?.split('\n')[0] ?? 'no reason given'}`
  return status.connector.state
}

/** Kafka Connect's connectors: their configuration and that they run. All connectors of the worker are ours. */
export const connectors: Resource = {
  kind: 'connectors',
  desired: ({ config }) => config.connectors.map(({ name, config: settings }) => ({ id: name, fields: { ...settings, state: 'RUNNING' } })),
  read: async ({ env }) => {
    const all = await connectRest(env).connectors()
    return Object.entries(all).map(([id, connector]) => ({
      id,
      fields: { ...Object.fromEntries(Object.entries(connector.info.config).filter(([key]) => !added.includes(key))), state: stateOf(connector) },
    }))
  },
  apply: async ({ env, config }, changes) => {
    const rest = connectRest(env)
    for (const { id, action, fields } of changes) {
      const declared = config.connectors.find(({ name }) => name === id)
      if (action === 'remove') await rest.remove(id)
      else if (declared && fields.some(({ name }) => name !== 'state')) await rest.put(id, declared.config)
      if (action === 'update' && fields.some(({ name }) => name === 'state')) {
        await rest.resume(id)
        await rest.restartFailed(id)
      }
    }
    await running(env, changes.filter(({ action }) => action !== 'remove').map(({ id }) => id))
  },
}

/** Waits until connectors and all of their tasks run; a task that fails ends the waiting. */
async function running(env: Parameters<typeof connectRest>[0], names: string[]): Promise<void> {
  const rest = connectRest(env)
  await until({ code: 'CONNECTOR_NOT_RUNNING', awaited: `running connectors (${names.join(', ')})`, timeoutMs: 30_000, hint: 'task logs -- connect; task apply -- connectors' }, async () => {
    const all = await rest.connectors()
    const waiting = names.filter((name) => {
      const connector = all[name]
      return !connector || connector.status.tasks.length === 0 || ![connector.status.connector, ...connector.status.tasks].every(({ state }) => state === 'RUNNING')
    })
    const seen = waiting.map((name) => `${name}: ${all[name] ? stateOf(all[name]) : 'not there yet'}`).join('; ')
    if (seen.includes('FAILED')) throw new InfraError('CONNECTOR_FAILED', `expected running connectors, got ${seen}`, 'task logs -- connect; task apply -- connectors')
    return waiting.length === 0 || seen
  })
}
