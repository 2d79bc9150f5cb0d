import { commonTopic, intake, monitoringIdentity, monitoringStore, type Stores, topicOf, withOwnTopic } from '../../clients/stores.ts'
import { noRights, type Principals, type TopicsFile } from './config-shapes.ts'
import type { Loaded, Problem } from './yaml.ts'

/** What stores.yaml amounts to: a topic for each identity that sends for itself, and the right to write it. */

const filter = 'product-filter'

type Entry = [string, Principals['clients'][string]]

/** The topics, and with them one like the common topic for each identity that sends for itself. */
export function topicsOfStores(topics: Loaded<TopicsFile>, { value: stores }: Loaded<Stores>): Loaded<TopicsFile> {
  const common = topics.value?.primary.topics[commonTopic]
  if (!topics.value || !stores || !common) return topics
  const { primary } = topics.value
  const own = withOwnTopic(stores).map(topicOf).filter((topic) => !(topic in primary.topics))
  const copartitioned = primary.copartitioned.map((group) => (group.includes(commonTopic) ? [...group, ...own] : group))
  const declared = { ...primary.topics, ...Object.fromEntries(own.map((topic) => [topic, common])) }
  return { ...topics, value: { ...topics.value, primary: { ...primary, copartitioned, topics: declared } } }
}

/**
 * The principals, and with them the identities that send for themselves: each may write its topic, which the filter reads.
 * One that principals.yaml does not name has the quota of the common intake.
 */
export function principalsOfStores(principals: Loaded<Principals>, { value: stores }: Loaded<Stores>): Loaded<Principals> {
  if (!principals.value || !stores) return principals
  const { clients } = principals.value
  const own = withOwnTopic(stores)
  const senders = own.map((by): Entry => {
    const declared = clients[by] ?? { super: [], authority: 'platform' as const, primary: { ...noRights, quota: clients[intake]?.primary.quota ?? {} }, analytics: noRights }
    return [by, { ...declared, primary: { ...declared.primary, write: [...declared.primary.write, topicOf(by)] } }]
  })
  const reader = clients[filter]
  const readers: Entry[] = reader ? [[filter, { ...reader, primary: { ...reader.primary, read: [...reader.primary.read, ...own.map(topicOf)] } }]] : []
  return { ...principals, value: { ...principals.value, clients: { ...clients, ...Object.fromEntries([...readers, ...senders]) } } }
}

/**
 * Stores whose identity could do something else as well, or whose topic is taken.
 *
 * @param topics as topics.yaml declares them
 * @param principals as principals.yaml declares them
 */
export function checkStores({ value, problem }: Loaded<Stores>, topics: Loaded<TopicsFile>, principals: Loaded<Principals>): Problem[] {
  if (!value) return []
  const monitoring = value[monitoringStore]?.by
  const missing = monitoring === monitoringIdentity ? [] : [problem([monitoringStore], `expected ${monitoringStore}, by ${monitoringIdentity}: monitoring sends its own products, got ${monitoring ?? 'nothing'}`)]
  const others = Object.entries(value).flatMap(([id, { by }]) => {
    const wrong = by === intake ? undefined : identityProblem(id, by, topics.value, principals.value)
    return wrong === undefined ? [] : [problem([id, 'by'], wrong)]
  })
  return [...missing, ...others]
}

function identityProblem(id: string, by: string, topics: TopicsFile | undefined, principals: Principals | undefined): string | undefined {
  if (by === monitoringIdentity && id !== monitoringStore) return `expected an identity other than ${monitoringIdentity}, which sends monitoring's own products only`
  if (topics && topicOf(by) in topics.primary.topics) return `expected an identity whose topic is free, got ${by}: topics.yaml declares ${topicOf(by)}`
  if (principals && by in principals.servers) return `expected an identity that no server has, got ${by}`
  const client = principals?.clients[by]
  if (!client) return undefined
  const { quota: _, ...rights } = client.primary
  const isMore = client.super.length > 0 || client.authority !== 'platform' || [rights, client.analytics].some((some) => Object.values(some).some((names) => Array.isArray(names) && names.length > 0))
  return isMore ? `expected an identity that does nothing else, got ${by}, which has rights of its own in principals.yaml` : undefined
}
