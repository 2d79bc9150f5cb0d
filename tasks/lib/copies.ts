import { connectRest } from '../../clients/connect.ts'
import { type Copies, copier, copiesIn, copiesSetting } from '../../clients/copies.ts'
import { type Cluster, type Environment, onCluster } from '../../clients/environment.ts'
import { kafkaClient, type Offsets, readTopic, topicOffsets } from '../../clients/kafka.ts'
import { topicIds } from '../../clients/topic-ids.ts'
import { digestOf } from './mirror.ts'

/** The ids of originals and of their copies, by name. */
export type Both = { originals: Map<string, string>; copies: Map<string, string> }

export async function idsOfBoth(env: Environment, topics: string[]): Promise<Both> {
  const idsOn = (cluster: Cluster) => topicIds(onCluster(env, cluster), 'operator', topics)
  const [originals, copies] = await Promise.all([idsOn('primary'), idsOn('analytics')])
  return { originals, copies }
}

/** Where each of some copies begins to hold what is in its present original, by partition. */
export type Since = Map<string, Record<string, string>>

/** The copier's setting that notes some topics as they are now, beside what is noted of the others. */
export function noteOf(noted: Copies, topics: string[], ids: Both, since: Since = new Map()): Record<string, string> {
  const next: Copies = { ...noted }
  for (const topic of topics) {
    const [original, copy] = [ids.originals.get(topic), ids.copies.get(topic)]
    if (original && copy) next[topic] = { original, copy, since: since.get(topic) ?? noted[topic]?.since ?? {} }
    else delete next[topic]
  }
  return { [copiesSetting]: JSON.stringify(next) }
}

/** From where on a copy is to be compared with its original. */
export async function sinceOf(env: Environment, topic: string): Promise<Offsets> {
  const settings = (await connectRest(env, 'mirror').connectors())[copier]?.info.config
  const since = Object.entries(copiesIn(settings ?? {})[topic]?.since ?? {})
  return new Map(since.map(([partition, offset]) => [Number(partition), BigInt(offset)]))
}

type Entry = { offset: string; digest: number }

/**
 * Where in a copy, by partition, its present original begins, when it is there whole: MirrorMaker finds by itself that
 * an original is shorter than it was, but not one that has grown beyond that again. To be asked while nothing is copied.
 *
 * @returns only partitions of which no record is lacking; none of those that have no record
 */
export async function wholeSince(env: Environment, topic: string): Promise<Offsets> {
  const originals = await recordsOf(env, topic)
  const copies = await recordsOf(onCluster(env, 'analytics'), topic, originals)
  const found: Offsets = new Map()
  for (const [partition, original] of originals) {
    const tail = (copies.get(partition) ?? []).slice(-original.length)
    const first = tail[0]
    const isWhole = tail.length === original.length && tail.every(({ digest }, at) => digest === original[at]?.digest)
    if (first && isWhole) found.set(partition, BigInt(first.offset))
  }
  return found
}

/** @param last of each partition only so many of its last records as this has there, or some more */
async function recordsOf(env: Environment, topic: string, last?: Map<number, Entry[]>): Promise<Map<number, Entry[]>> {
  const found = new Map<number, Entry[]>()
  await readTopic(kafkaClient(env, 'operator'), 'operator', topic, ({ partition, offset, key, value }) => {
    const entries = found.get(partition) ?? []
    found.set(partition, entries)
    entries.push({ offset, digest: digestOf(key, value) })
    const enough = last ? (last.get(partition)?.length ?? 0) : Infinity
    if (entries.length > 2 * enough + 1_000) entries.splice(0, entries.length - enough)
  })
  return found
}

/** The end of a topic, by partition, as it is noted. */
export async function endsOf(env: Environment, topic: string): Promise<Offsets> {
  return (await topicOffsets(kafkaClient(env, 'operator'), topic)).end
}
