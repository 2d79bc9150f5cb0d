import { createHash } from 'node:crypto'
import { type Environment, onCluster } from '../../clients/environment.ts'
import { kafkaClient, type Offsets, readTopic, topicOffsets } from '../../clients/kafka.ts'

/**
 * The committed records of a topic, by partition, as digests of key and value: `records` in order, and `latest` for a
 * compacted one, by key and without what has been deleted. 48 bits of each, so that ten million fit into memory.
 */
type Content = { count: number; isTrimmed: boolean; partitions: Map<number, Partition> }
/** `owed`: how many of its records, and `moved`: which of its keys, were written before and after the copy was looked at. */
type Partition = { records: number[]; owed: number; latest: Map<string, number>; moved: Set<string> }

/** How one topic and its copy compare. `difference` is empty when the copy is complete. */
export type Comparison = { topic: string; primary: number; analytics: number; hash: string; difference: string }

const none: Partition = { records: [], owed: 0, latest: new Map(), moved: new Set() }
const digestBytes = 6

/**
 * Compares a mirrored topic with its original by count and by digest of key and value, in order, partition by partition.
 * Offsets are not compared: transaction markers make them differ. Where the original ends is asked before the copy is read,
 * and it is read afterwards, so that records on their way are no difference. Compaction and retention run at different
 * times on the two clusters: of a compacted topic the last record of every key is compared, and a head that one of them
 * has forgotten is left out.
 *
 * @param since from where on the copy is one of this original, by partition: see clients/copies.ts
 * @param onRecords called now and then with what is being read
 */
export async function compareTopic(env: Environment, topic: string, isCompacted: boolean, since: Offsets, onRecords: (text: string) => void = () => {}): Promise<Comparison> {
  const { end } = await topicOffsets(kafkaClient(env, 'operator'), topic)
  const contentOf = async (of: Environment, from: Offsets): Promise<Content> => {
    const kafka = kafkaClient(of, 'operator')
    const { start } = await topicOffsets(kafka, topic)
    const content: Content = { count: 0, isTrimmed: [...start].some(([partition, offset]) => offset > (from.get(partition) ?? 0n)), partitions: new Map() }
    await readTopic(kafka, 'operator', topic, ({ partition, offset, key, value }) => {
      if (++content.count % 5_000 === 0) onRecords(`${content.count} records of ${topic}`)
      const into: Partition = content.partitions.get(partition) ?? { records: [], owed: 0, latest: new Map(), moved: new Set() }
      content.partitions.set(partition, into)
      const isOwed = BigInt(offset) < (end.get(partition) ?? 0n)
      if (isCompacted) keep(into, key ?? '', value && digestOf(key, value), isOwed)
      else into.owed += into.records.push(digestOf(key, value)) && isOwed ? 1 : 0
    }, from)
    return content
  }
  const [copy, original] = [await contentOf(onCluster(env, 'analytics'), since), await contentOf(env, new Map())]
  const differences = [...new Set([...original.partitions.keys(), ...copy.partitions.keys()])].sort().flatMap((partition) => {
    const [from, to] = [original.partitions.get(partition) ?? none, copy.partitions.get(partition) ?? none]
    const found = isCompacted ? latestDiffers(from, to) : orderDiffers(from, to, original.isTrimmed || copy.isTrimmed)
    return found ? [`partition ${partition}: ${found}`] : []
  })
  return { topic, primary: original.count, analytics: copy.count, hash: hashOf(copy), difference: differences.join('; ') }
}

/** A short name of what a record holds. */
export function digestOf(key: string | null, value: Buffer | null): number {
  const hash = createHash('sha256').update(`${key === null ? 'null' : Buffer.byteLength(key)}:${key ?? ''}`)
  return hash.update(value ?? 'null').digest().readUIntBE(0, digestBytes)
}

/** In the order of the log. */
function keep({ latest, moved }: Partition, key: string, digest: number | null, isOwed: boolean): void {
  latest.delete(key)
  if (digest !== null) latest.set(key, digest)
  if (!isOwed) moved.add(key)
}

/**
 * What was there before has to be in the copy, and what is in the copy has to be there afterwards, in the same order.
 *
 * @param isTrimmed whether one of them has forgotten its first records
 * @returns nothing when it is so
 */
export function orderDiffers({ records: original, owed }: Pick<Partition, 'records' | 'owed'>, { records: copy }: Pick<Partition, 'records'>, isTrimmed: boolean): string {
  const shift = isTrimmed ? shiftOf(original, copy) : 0
  if (shift === undefined) return original.length > 0 ? 'no record in common' : ''
  if (shift + copy.length < owed) return `expected at least ${owed - shift} records, got ${copy.length}`
  if (shift + copy.length > original.length) return `expected at most ${original.length - shift} records, got ${copy.length}`
  const at = copy.findIndex((digest, index) => index + shift >= 0 && digest !== original[index + shift])
  return at < 0 ? '' : `record ${at + 1} of ${copy.length} differs`
}

/** At which place of the original the copy begins; below 0 when it is the original that has forgotten more. */
function shiftOf(original: number[], copy: number[]): number | undefined {
  const [first, other] = [copy[0], original[0]]
  if (first === undefined) return 0
  const at = original.indexOf(first)
  if (at >= 0) return at
  const before = other === undefined ? -1 : copy.indexOf(other)
  return before < 0 ? undefined : -before
}

function latestDiffers({ latest: original, moved }: Partition, { latest: copy }: Partition): string {
  for (const key of new Set([...original.keys(), ...copy.keys()]))
    if (!moved.has(key) && original.get(key) !== copy.get(key)) return `key ${key}: ${copy.has(key) ? 'the copy holds another value' : 'missing from the copy'}`
  return ''
}

function hashOf({ partitions }: Content): string {
  const hash = createHash('sha256')
  for (const [partition, { records, latest }] of [...partitions].sort(([one], [other]) => one - other)) {
    hash.update(`${partition}:`)
    for (const digest of [...records, ...latest.values()]) hash.update(`${digest},`)
  }
  return hash.digest('hex').slice(0, 16)
}
