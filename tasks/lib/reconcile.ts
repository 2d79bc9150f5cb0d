import type { Config } from './config.ts'
import { loadConfig } from './config.ts'
import { type Cluster, type Environment, loadEnvironment, onCluster, type Profile } from '../../clients/environment.ts'
import { UsageError } from '../../clients/errors.ts'
import { connected } from '../../clients/account.ts'
import { farewell } from '../../clients/deadline.ts'
import { type Admin, kafkaClient } from '../../clients/kafka.ts'
import { isOfKafka, isTopicMissing, kafkaError } from '../../clients/refusal.ts'
import { didYouMean } from '../../clients/suggestion.ts'
import { say } from '../../clients/terminal.ts'

/** One declared or existing thing of a kind, as flat text that can be compared. */
export type Item = { id: string; fields: Record<string, string> }

/** What has to happen to one thing. A field without `from` is new, without `to` goes. */
export type Change = { kind: string; action: 'create' | 'update' | 'remove'; id: string; fields: { name: string; from?: string; to?: string }[] }

/** What a resource kind works with. The admin client of a cluster connects on first use and is shared. */
export type Context = { env: Environment; config: Config; admin(cluster: Cluster): Promise<Admin> }

/** A kind of declared resource: one file each in `resources/`, one line in the registry. */
export interface Resource {
  kind: string
  /** without this group of services there is nothing to compare with */
  profile: Profile
  /** a kind whose changes have to be carried out here, too */
  follows?: string
  desired(context: Context): Item[]
  read(context: Context): Promise<Item[]>
  /** refuses, at plan time, what can't be done or what the service itself would refuse; throws UsageError */
  refuse?(changes: Change[], context: Context): Promise<void> | void
  apply(context: Context, changes: Change[]): Promise<void>
}

/** Pure: what separates what is from what should be. Only fields that are declared or owned are in either list. */
export function diff(kind: string, desired: Item[], actual: Item[]): Change[] {
  const existing = new Map(actual.map((item) => [item.id, item]))
  const wanted = new Set(desired.map(({ id }) => id))
  const changes = desired.flatMap(({ id, fields }): Change[] => {
    const current = existing.get(id)
    if (!current) return [{ kind, action: 'create', id, fields: Object.entries(fields).map(([name, to]) => ({ name, to })) }]
    const names = [...new Set([...Object.keys(fields), ...Object.keys(current.fields)])]
    const differing = names
      .filter((name) => fields[name] !== current.fields[name])
      .map((name) => ({ name, ...(name in current.fields ? { from: current.fields[name] } : {}), ...(name in fields ? { to: fields[name] } : {}) }))
    return differing.length > 0 ? [{ kind, action: 'update', id, fields: differing }] : []
  })
  const removals = actual.filter(({ id }) => !wanted.has(id)).map(({ id }): Change => ({ kind, action: 'remove', id, fields: [] }))
  return [...changes, ...removals]
}

/** Splits what `apply` does at once from what it does only with `--prune`: removals of things and of single fields. */
export function withoutRemovals(changes: Change[]): Change[] {
  return changes
    .filter(({ action }) => action !== 'remove')
    .map((change) => (change.action === 'update' ? { ...change, fields: change.fields.filter(({ to }) => to !== undefined) } : change))
    .filter(({ action, fields }) => action !== 'update' || fields.length > 0)
}

/** Picks kinds by name; none named means all whose services are switched on. */
export function selectKinds(registry: Resource[], names: string[], profiles: Profile[]): Resource[] {
  const known = registry.map(({ kind }) => kind)
  for (const name of names)
    if (!known.includes(name)) throw new UsageError('UNKNOWN_KIND', `expected one of ${known.join(', ')}, got ${name}${didYouMean(name, known)}`, `task plan -- ${known[0]}`)
  return registry.filter(({ kind, profile }) => (names.length === 0 ? profiles.includes(profile) : names.includes(kind)))
}

/**
 * Reads the live platform and compares it with `config/`. Nothing is changed.
 *
 * @param before what parts before this one have to change: what can't be read before that is said and left out
 * @returns changes in the order in which they have to be applied
 */
export async function plan(context: Context, resources: Resource[], before: Change[] = []): Promise<Change[]> {
  const topicsAreMissing = before.some(({ kind, action }) => isOfTopics(kind) && action === 'create')
  const results = await Promise.allSettled(
    resources.map(async (resource) => {
      const actual = await resource.read(context).catch((error: unknown) => {
        if (!topicsAreMissing || !isTopicMissing(error)) throw error
        say(`${resource.kind}: not compared before the missing topics are there`)
      })
      if (!actual) return []
      const found = diff(resource.kind, resource.desired(context), actual)
      await resource.refuse?.(found, context)
      return found
    }),
  )
  // all have ended before one is thrown: closing the clients under a running call would leave it hanging
  for (const result of results) if (result.status === 'rejected') throw result.reason
  return results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
}

const isLocal = (kind: string) => ['certs', 'services'].includes(kind)
const isOfTopics = (kind: string) => ['topics', 'analytics-topics'].includes(kind)

/**
 * Kinds that are compared on this machine alone come first: what runs has to be known, and running, before it is asked.
 * Then topics, for most others look into them.
 */
export function inParts(resources: Resource[]): Resource[][] {
  const rankOf = ({ kind }: Resource) => (isLocal(kind) ? 0 : isOfTopics(kind) ? 1 : 2)
  return [0, 1, 2].map((rank) => resources.filter((resource) => rankOf(resource) === rank))
}

/** Carries changes out, kind by kind in the order of the registry. */
async function apply(context: Context, resources: Resource[], changes: Change[]): Promise<void> {
  for (const resource of resources) {
    const own = changes.filter(({ kind }) => kind === resource.kind)
    if (own.length > 0 || changes.some(({ kind }) => kind === resource.follows)) await resource.apply(context, own)
  }
}

/**
 * Makes the live platform what `config/` says, part by part.
 *
 * @param prune whether what is no longer declared is removed as well
 * @returns what differed, and what of it has been carried out
 */
export async function converge(context: Context, resources: Resource[], prune = false): Promise<{ found: Change[]; made: Change[] }> {
  const found: Change[] = []
  const made: Change[] = []
  for (const part of inParts(resources)) {
    const differing = await plan(context, part, found)
    const due = prune ? differing : withoutRemovals(differing)
    if (due.length > 0) await apply(context, part, due)
    found.push(...differing)
    made.push(...due)
  }
  return { found, made }
}

const principal = 'operator'

/** Opens a context for work, as principal `operator`, and closes what it opened. */
export async function withContext<T>(work: (context: Context) => Promise<T>): Promise<T> {
  const env = loadEnvironment()
  const config = loadConfig(env)
  const connections = new Map<Cluster, Promise<Admin>>()
  const failedOn = new WeakMap<object, Cluster>()
  const connect = async (cluster: Cluster) => {
    const kafka = kafkaClient(onCluster(env, cluster), principal)
    const admin = kafka.admin()
    await connected(kafka, admin.connect()).catch(async (error: unknown) => {
      await farewell(() => admin.disconnect())
      throw kafkaError(onCluster(env, cluster), error, { principal })
    })
    return watched(admin, (error) => failedOn.set(error, cluster))
  }
  const admin = (cluster: Cluster) => {
    const connection = connections.get(cluster) ?? connect(cluster)
    connections.set(cluster, connection)
    return connection
  }
  try {
    return await work({ env, config, admin })
  } catch (error) {
    throw isOfKafka(error) ? kafkaError(onCluster(env, clusterOf(failedOn, error)), error, { principal }) : error
  } finally {
    await Promise.allSettled([...connections.values()].map(async (connection) => {
        const admin = await connection
        await farewell(() => admin.disconnect())
      }))
  }
}

const clusterOf = (failedOn: WeakMap<object, Cluster>, error: unknown): Cluster => (typeof error === 'object' && error !== null ? failedOn.get(error) : undefined) ?? 'primary'

/** The same client, which tells what its calls fail with: the error alone does not say which cluster it is about. */
export function watched<T extends object>(client: T, onFailure: (error: object) => void): T {
  return new Proxy(client, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        const result: unknown = Reflect.apply(member, target, args)
        if (result instanceof Promise) result.catch((error: unknown) => void (error instanceof Error && onFailure(error)))
        return result
      }
    },
  })
}
