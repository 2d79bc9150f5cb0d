import type { Cluster, Profile } from '../../../clients/environment.ts'
import { type Admin, AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from '../../../clients/kafka.ts'
import type { Config } from '../config.ts'
import type { Item, Resource } from '../reconcile.ts'
import { until } from '../until.ts'

/** An access rule, as Kafka keeps it; `name` of a prefix is without its star. */
export type Acl = { principal: string; resource: 'topic' | 'group' | 'transactional id' | 'cluster'; name: string; isPrefix: boolean; operation: string; permission: string; host: string }

const resourceTypes = { topic: AclResourceTypes.TOPIC, group: AclResourceTypes.GROUP, 'transactional id': AclResourceTypes.TRANSACTIONAL_ID, cluster: AclResourceTypes.CLUSTER } as const

/**
 * Rights on a cluster's resources, derived from principals.yaml. Every rule of the cluster is ours: one that is not
 * declared is drift.
 *
 * @param kind what the kind is called at the command line
 */
export const aclsOf = (cluster: Cluster, kind: string, profile: Profile): Resource => ({
  kind,
  profile,
  desired: ({ config }) => declaredAcls(config, cluster).map(toItem),
  read: async (context) => (await read(await context.admin(cluster))).map(toItem),
  apply: async (context, changes) => {
    const admin = await context.admin(cluster)
    const declared = declaredAcls(context.config, cluster)
    const created = declared.filter((acl) => changes.some(({ action, id }) => action === 'create' && id === idOf(acl)))
    if (created.length > 0)
      await admin.createAcls({
        acl: created.map((acl) => ({
          resourceType: resourceTypes[acl.resource],
          resourceName: acl.name,
          resourcePatternType: acl.isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
          principal: acl.principal,
          host: acl.host,
          operation: operationNumber(acl.operation),
          permissionType: AclPermissionTypes.ALLOW,
        })),
      })
    const removed = changes.filter(({ action }) => action === 'remove').map(({ id }) => id)
    if (removed.length > 0) await remove(admin, removed)
    await settled(admin, kind, created.map(idOf), removed)
  },
})

/** The access rules that principals.yaml amounts to. A super user needs none. */
export function declaredAcls({ principals }: Config, cluster: Cluster): Acl[] {
  return Object.entries(principals.clients).flatMap(([principal, { super: superOn, [cluster]: client }]) => {
    if (superOn.includes(cluster)) return []
    const allow = (resource: Acl['resource'], names: string[], operations: string[]) =>
      names.flatMap((name) =>
        operations.map((operation): Acl => {
          // the name * alone is Kafka's own word for every resource
          const isPrefix = name.endsWith('*') && name !== '*'
          return { principal: `User:${principal}`, resource, name: isPrefix ? name.slice(0, -1) : name, isPrefix, operation, permission: 'ALLOW', host: '*' }
        }),
      )
    const topicRights = ([
      [client.read, ['READ', 'DESCRIBE']],
      [client.write, ['WRITE', 'DESCRIBE']],
      [client.watch, ['DESCRIBE']],
      [client.inspect, ['DESCRIBE', 'DESCRIBE_CONFIGS']],
      // to commit a group's position in a topic takes the right to read it
      [client.copy, ['CREATE', 'READ', 'WRITE', 'DESCRIBE', 'DESCRIBE_CONFIGS', 'ALTER', 'ALTER_CONFIGS']],
      [client.own, ['CREATE', 'READ', 'WRITE', 'DESCRIBE', 'DESCRIBE_CONFIGS']],
    ] satisfies [string[], string[]][]).flatMap(([names, operations]) => allow('topic', names, operations))
    return withoutRepetition([
      ...topicRights,
      ...allow('group', client.groups, ['READ', 'DESCRIBE']),
      ...allow('group', client.inspect_groups, ['DESCRIBE']),
      ...allow('transactional id', client.transactions, ['WRITE', 'DESCRIBE']),
      ...allow('cluster', client.cluster.length > 0 ? ['kafka-cluster'] : [], client.cluster),
    ])
  })
}

/** Two rights to one topic share operations. */
function withoutRepetition(acls: Acl[]): Acl[] {
  return [...new Map(acls.map((acl) => [idOf(acl), acl])).values()]
}

async function read(admin: Admin): Promise<Acl[]> {
  const any = { resourceType: AclResourceTypes.ANY, resourcePatternType: ResourcePatternTypes.ANY, operation: AclOperationTypes.ANY, permissionType: AclPermissionTypes.ANY }
  const { resources } = await admin.describeAcls(any)
  return resources.flatMap(({ resourceType, resourceName, resourcePatternType, acls: entries }) =>
    entries.map(({ principal, host, operation, permissionType }) => ({
      principal,
      resource: (Object.keys(resourceTypes) as Acl['resource'][]).find((name) => resourceTypes[name] === resourceType) ?? 'cluster',
      name: resourceName,
      isPrefix: resourcePatternType === ResourcePatternTypes.PREFIXED,
      operation: nameOf(AclOperationTypes, operation),
      permission: nameOf(AclPermissionTypes, permissionType),
      host,
    })),
  )
}

async function remove(admin: Admin, ids: string[]): Promise<void> {
  const doomed = (await read(admin)).filter((acl) => ids.includes(idOf(acl)))
  await admin.deleteAcls({
    filters: doomed.map((acl) => ({
      resourceType: resourceTypes[acl.resource],
      resourceName: acl.name,
      resourcePatternType: acl.isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      principal: acl.principal,
      host: acl.host,
      operation: operationNumber(acl.operation),
      permissionType: acl.permission === 'DENY' ? AclPermissionTypes.DENY : AclPermissionTypes.ALLOW,
    })),
  })
}

/** A broker answers before it has the new rules itself (KRaft metadata travels), so wait until they show. */
async function settled(admin: Admin, kind: string, present: string[], absent: string[]): Promise<void> {
  await until({ code: 'ACLS_NOT_SHOWN', awaited: 'the access rules just made to show', timeoutMs: 30_000, everyMs: 50, hint: `task plan -- ${kind}` }, async () => {
    const ids = new Set((await read(admin)).map(idOf))
    const waiting = [...present.filter((id) => !ids.has(id)), ...absent.filter((id) => ids.has(id))]
    return waiting.length === 0 || waiting.join(', ')
  })
}

/** kafkajs declares enums, but its JavaScript has plain objects without the way back from number to name. */
function nameOf(names: object, number: number): string {
  return Object.entries(names).find(([, value]) => value === number)?.[0] ?? String(number)
}

function operationNumber(name: string): (typeof AclOperationTypes)[keyof typeof AclOperationTypes] {
  const found = Object.entries(AclOperationTypes).find(([key]) => key === name)?.[1]
  if (typeof found !== 'number') throw new Error(`${name} is no Kafka operation`)
  return found
}

function idOf({ principal, resource, name, isPrefix, operation, permission, host }: Acl): string {
  const exceptional = `${permission === 'ALLOW' ? '' : ` ${permission}`}${host === '*' ? '' : ` from ${host}`}`
  return `${principal} ${operation} ${resource} ${name}${isPrefix ? '*' : ''}${exceptional}`
}

function toItem(acl: Acl): Item {
  return { id: idOf(acl), fields: {} }
}
