import type { Environment } from '../../clients/environment.ts'
import { kafkaClient, type Offsets, type Read, readTopic } from '../../clients/kafka.ts'
import { lasting } from './lasting.ts'

const principal = 'exporter'

/**
 * Reads a topic on from where the last call ended. Where it ends is asked on a connection that is kept; a consumer, which
 * costs many of them, is made only when there is something to read.
 *
 * @param from where the first call begins: at the beginning of the topic, or at its end, which reads nothing
 * @returns the partitions of the topic
 */
export function readOn(env: Environment, topic: string, from: 'beginning' | 'end'): (accept: (record: Read) => void) => Promise<number[]> {
  const kafka = kafkaClient(env, principal)
  const admin = lasting(() => kafka.admin())
  let position: Offsets | undefined
  return async (accept) => {
    const partitions = await admin(({ fetchTopicOffsets }) => fetchTopicOffsets(topic))
    const ends: Offsets = new Map(partitions.map(({ partition, high }) => [partition, BigInt(high)]))
    position ??= from === 'end' ? ends : new Map(partitions.map(({ partition, low }) => [partition, BigInt(low)]))
    const begin = position
    if ([...ends].every(([partition, end]) => end <= (begin.get(partition) ?? 0n))) return [...ends.keys()]
    const upTo = (record: Read) => BigInt(record.offset) < (ends.get(record.partition) ?? 0n)
    await readTopic(kafka, principal, topic, (record) => upTo(record) && accept(record), begin)
    // not where the last record stood: a transaction ends with a marker, which is none and would look like more to read for ever
    position = ends
    return [...ends.keys()]
  }
}
