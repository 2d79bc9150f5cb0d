import { createHash } from 'node:crypto'
import { type Environment, onCluster } from '../../clients/environment.ts'
import { kafkaClient, readTopic } from '../../clients/kafka.ts'

/** The committed records of a topic: by partition, in order, what each says (a digest of key and value). */
type Content = { count: number; partitions: Map<number, { key: string | null; isTombstone: boolean; digest: string }[]> }

/** How one topic and its copy compare. `difference` is empty when the copy is complete. */
export type Comparison = { topic: string; primary: number; analytics: number; hash: string; difference: string }

async function contentOf(env: Environment, topic: string): Promise<Content> {
  const content: Content = { count: 0, partitions: new Map() }
  await readTopic(kafkaClient(env, 'operator'), 'operator', topic, ({ partition, key, value }) => {
    const digest = createHash('sha256').update(`${key === null ? 'null' : Buffer.byteLength(key)}:${key ?? ''}`).update(value ?? 'null').digest('base64')
    const records = content.partitions.get(partition) ?? []
    records.push({ key, isTombstone: value === null, digest })
    content.partitions.set(partition, records)
    content.count++
  })
  return content
}

/**
 * Compares a mirrored topic with its original by count and by digest of key and value, in order, partition by partition.
 * Offsets are not compared: transaction markers make them differ. The original is read before and after the copy, so
 * that records on their way are no difference. Compaction runs at different times on the two clusters: of a compacted
 * topic the last record of every key is compared.
 */
export async function compareTopic(env: Environment, topic: string, isCompacted: boolean): Promise<Comparison> {
  const before = await contentOf(env, topic)
  const copy = await contentOf(onCluster(env, 'analytics'), topic)
  const after = await contentOf(env, topic)
  const differences = [...new Set([...after.partitions.keys(), ...copy.partitions.keys()])].flatMap((partition) => {
    const [first, middle, last] = [before, copy, after].map((content) => content.partitions.get(partition) ?? [])
    const found = isCompacted ? latestDiffers(first ?? [], middle ?? [], last ?? []) : orderDiffers(first ?? [], middle ?? [], last ?? [])
    return found ? [`partition ${partition}: ${found}`] : []
  })
  return { topic, primary: before.count, analytics: copy.count, hash: hashOf(copy, isCompacted), difference: differences.join('; ') }
}

type Records = { key: string | null; isTombstone: boolean; digest: string }[]

/** What was there before has to be in the copy, and what is in the copy has to be there afterwards, in the same order. */
function orderDiffers(before: Records, copy: Records, after: Records): string {
  if (copy.length < before.length) return `expected at least ${before.length} records, got ${copy.length}`
  if (copy.length > after.length) return `expected at most ${after.length} records, got ${copy.length}`
  const at = copy.findIndex(({ digest }, index) => digest !== after[index]?.digest)
  return at < 0 ? '' : `record ${at + 1} of ${copy.length} differs`
}

function latestDiffers(before: Records, copy: Records, after: Records): string {
  const [first, middle, last] = [before, copy, after].map(latest)
  for (const key of new Set([...(first?.keys() ?? []), ...(middle?.keys() ?? [])])) {
    const isStable = first?.get(key) === last?.get(key)
    if (isStable && middle?.get(key) !== last?.get(key)) return `key ${key}: ${middle?.has(key) ? 'the copy holds another value' : 'missing from the copy'}`
  }
  return ''
}

/** The last record of each key in the order of the log, without what has been deleted. */
function latest(records: Records): Map<string, string> {
  const live = new Map<string, string>()
  for (const { key, isTombstone, digest } of records) {
    live.delete(key ?? '')
    if (!isTombstone) live.set(key ?? '', digest)
  }
  return live
}

function hashOf({ partitions }: Content, isCompacted: boolean): string {
  const hash = createHash('sha256')
  for (const [partition, records] of [...partitions].sort(([one], [other]) => one - other)) {
    const digests = isCompacted ? [...latest(records).values()] : records.map(({ digest }) => digest)
    hash.update(`${partition}:${digests.join()}`)
  }
  return hash.digest('hex').slice(0, 16)
}
