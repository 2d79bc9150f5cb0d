import { type Cluster, type Environment, onCluster, type Profile } from '../../../clients/environment.ts'
import { alterClientQuotas, clientQuotas, type Quota, type QuotaEntity } from '../../../clients/kafka-quotas.ts'
import type { Item, Resource } from '../reconcile.ts'
import { until } from '../until.ts'

/**
 * How much a principal may ask of each broker, from principals.yaml. Every quota of the cluster is ours: one that is not
 * declared, for an address or a client id also, is drift (https://kafka.apache.org/documentation/#design_quotas).
 *
 * @param kind what the kind is called at the command line
 */
export const quotasOf = (cluster: Cluster, kind: string, profile: Profile): Resource => ({
  kind,
  profile,
  desired: ({ config }) =>
    Object.entries(config.principals.clients).flatMap(([principal, { [cluster]: { quota } }]): Item[] =>
      Object.keys(quota).length === 0 ? [] : [{ id: principal, fields: textOf(quota) }],
    ),
  read: async ({ env }) => (await read(env, cluster)).map(({ entity, limits }) => ({ id: idOf(entity), fields: textOf(limits) })),
  apply: async ({ env }, changes) => {
    const present = await read(env, cluster)
    const altered = changes.map(({ action, id, fields }) => {
      const existing = present.find(({ entity }) => idOf(entity) === id)
      const lifted = action === 'remove' ? Object.keys(existing?.limits ?? {}) : fields.flatMap(({ name, to }) => (to === undefined ? [name] : []))
      const set = fields.flatMap(({ name, to }): [string, number][] => (to === undefined ? [] : [[name, Number(to)]]))
      return {
        entity: existing?.entity ?? [{ type: 'user', name: id }],
        limits: { ...Object.fromEntries(set), ...Object.fromEntries(lifted.map((name) => [name, undefined])) },
      }
    })
    await alterClientQuotas(onCluster(env, cluster), principal, altered)
    await settled(env, cluster, kind, altered)
  },
})

const principal = 'operator'

const read = (env: Environment, cluster: Cluster): Promise<Quota[]> => clientQuotas(onCluster(env, cluster), principal)

type Altered = { entity: QuotaEntity; limits: Record<string, number | undefined> }

/** A broker answers before it has the new limits itself (KRaft metadata travels), so wait until they show. */
async function settled(env: Environment, cluster: Cluster, kind: string, altered: Altered[]): Promise<void> {
  const awaited = { code: 'QUOTAS_NOT_SHOWN', awaited: 'the quotas just set to show', timeoutMs: 30_000, everyMs: 100, hint: `task plan -- ${kind}` }
  await until(awaited, async () => {
    const shown = new Map((await read(env, cluster)).map(({ entity, limits }) => [idOf(entity), limits]))
    const waiting = altered.filter(({ entity, limits }) => Object.entries(limits).some(([key, limit]) => shown.get(idOf(entity))?.[key] !== limit))
    return waiting.length === 0 || waiting.map(({ entity }) => idOf(entity)).join(', ')
  })
}

/** A principal by its name alone; others by what they are, `<default>` being whoever has no quota of his own. */
function idOf(entity: QuotaEntity): string {
  const [first, ...more] = entity
  if (first?.type === 'user' && first.name && more.length === 0) return first.name
  return entity.map(({ type, name }) => `${type} ${name || '<default>'}`).sort().join(', ')
}

const textOf = (limits: Record<string, number | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(limits).flatMap(([key, limit]) => (limit === undefined ? [] : [[key, String(limit)]])))
