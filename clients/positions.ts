import { type Kafka, type Offsets, withAdmin } from './kafka.ts'

/** Where reading begins that is to see what was written since a time; the end, where nothing was. */
export async function offsetsAt(kafka: Kafka, topic: string, atMs: number): Promise<Offsets> {
  const offsets = await withAdmin(kafka, (admin) => admin.fetchTopicOffsetsByTimestamp(topic, atMs))
  return new Map(offsets.map(({ partition, offset }) => [partition, BigInt(offset)]))
}

/** Who is in a consumer group, and which offset of a topic it would read next; -1 where it has read nothing. */
export async function groupPosition(kafka: Kafka, groupId: string, topic: string): Promise<{ state: string; members: number; committed: Offsets }> {
  return withAdmin(kafka, async (admin) => {
    const { groups } = await admin.describeGroups([groupId])
    const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] })
    return {
      state: groups[0]?.state ?? 'missing',
      members: groups[0]?.members.length ?? 0,
      committed: new Map(offsets?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)])),
    }
  })
}
