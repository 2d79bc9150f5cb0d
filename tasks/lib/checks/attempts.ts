import { type Reader, type Wire, Writer } from '../../../clients/wire.ts'

export type ResourceKind = 'topic' | 'group' | 'transactional id' | 'cluster'

/**
 * One operation on one kind of resource, tried by a real request that a broker authorises first and that changes nothing
 * even where it is allowed: it only validates, names a partition, member or producer that can't exist, or carries a batch
 * with a wrong checksum. So it can be tried on the topics and groups that the platform works with.
 */
export type Attempt = {
  kind: ResourceKind
  operation: string
  /** error codes that only somebody sees who was authorised */
  allowed: number[]
  denied: number
  /** @returns the error code for each name */
  ask(wire: Wire, names: string[]): Promise<Map<string, number>>
}

/** A topic that nobody declares. */
export const undeclaredTopic = 'vygodno-check-undeclared'

const topicDenied = 29
const groupDenied = 30
const clusterDenied = 31
const transactionDenied = 53
const noSuchPartition = 9_999
const noSuchOffset = 9_000_000_000_000
const noSuchProducer = 9_000_000_000_000
const timeoutMs = 5_000
const topicResource = 2
const brokerResource = 4

/** Every operation that a topic, group, transactional id or cluster knows, in the order in which the matrix shows them. */
export const attempts: Attempt[] = [
  { kind: 'topic', operation: 'READ', allowed: [1, 3, 6], denied: topicDenied, ask: (wire, names) => fetch(wire, names, -1, 0) },
  { kind: 'topic', operation: 'WRITE', allowed: [2, 3, 6], denied: topicDenied, ask: produceDamaged },
  { kind: 'topic', operation: 'DESCRIBE', allowed: [0, 3], denied: topicDenied, ask: metadata },
  { kind: 'topic', operation: 'CREATE', allowed: [0, 36], denied: topicDenied, ask: createTopics },
  { kind: 'topic', operation: 'DELETE', allowed: [3], denied: topicDenied, ask: deleteRecords },
  { kind: 'topic', operation: 'ALTER', allowed: [3, 37], denied: topicDenied, ask: createPartitions },
  { kind: 'topic', operation: 'DESCRIBE_CONFIGS', allowed: [0, 3], denied: topicDenied, ask: (wire, names) => describeConfigs(wire, topicResource, names) },
  { kind: 'topic', operation: 'ALTER_CONFIGS', allowed: [0, 3], denied: topicDenied, ask: (wire, names) => alterConfigs(wire, topicResource, names, 'retention.ms') },
  // Heartbeat of a member that is none
  { kind: 'group', operation: 'READ', allowed: [15, 16, 25], denied: groupDenied, ask: each(12, 0, (writer, group) => writer.string(group).int32(0).string('nobody'), (reader) => reader.int16()) },
  { kind: 'group', operation: 'DESCRIBE', allowed: [0, 15, 16], denied: groupDenied, ask: describeGroups },
  // OffsetDelete of a topic that is none
  { kind: 'group', operation: 'DELETE', allowed: [0, 15, 16, 68, 69], denied: groupDenied, ask: each(47, 0, (writer, group) => writer.string(group).array([undeclaredTopic], (to, topic) => to.string(topic).array([0], (list, partition) => list.int32(partition))), (reader) => reader.int16()) },
  // EndTxn of a producer that is none
  { kind: 'transactional id', operation: 'WRITE', allowed: [15, 16, 49], denied: transactionDenied, ask: each(26, 0, (writer, id) => writer.string(id).int64(noSuchProducer).int16(0).int8(0), (reader) => reader.skip(4).int16()) },
  // FindCoordinator
  { kind: 'transactional id', operation: 'DESCRIBE', allowed: [0, 15], denied: transactionDenied, ask: each(10, 1, (writer, id) => writer.string(id).int8(1), (reader) => reader.skip(4).int16()) },
  { kind: 'cluster', operation: 'CREATE', allowed: [0], denied: topicDenied, ask: aboutCluster((wire) => createTopics(wire, [undeclaredTopic])) },
  // ElectLeaders for no partition
  { kind: 'cluster', operation: 'ALTER', allowed: [0], denied: clusterDenied, ask: each(43, 1, (writer) => writer.int8(0).array([], () => {}).int32(timeoutMs), (reader) => reader.skip(4).int16()) },
  // DescribeAcls
  { kind: 'cluster', operation: 'DESCRIBE', allowed: [0], denied: clusterDenied, ask: each(29, 1, (writer, name) => writer.int8(4).string(name).int8(3).string(null).string(null).int8(1).int8(1), (reader) => reader.skip(4).int16()) },
  // Fetch as if it were a broker
  { kind: 'cluster', operation: 'CLUSTER_ACTION', allowed: [3], denied: topicDenied, ask: aboutCluster((wire) => fetch(wire, ['__consumer_offsets'], 1, noSuchPartition)) },
  { kind: 'cluster', operation: 'DESCRIBE_CONFIGS', allowed: [0], denied: clusterDenied, ask: aboutCluster((wire) => describeConfigs(wire, brokerResource, [''])) },
  { kind: 'cluster', operation: 'ALTER_CONFIGS', allowed: [0], denied: clusterDenied, ask: aboutCluster((wire) => alterConfigs(wire, brokerResource, [''], 'log.retention.ms')) },
  // InitProducerId without a transaction
  { kind: 'cluster', operation: 'IDEMPOTENT_WRITE', allowed: [0, 14, 15], denied: clusterDenied, ask: each(22, 0, (writer) => writer.string(null).int32(timeoutMs), (reader) => reader.skip(4).int16()) },
]

/** For requests about one name only. */
function each(api: number, version: number, body: (writer: Writer, name: string) => Writer, read: (reader: Reader) => number): Attempt['ask'] {
  return async (wire, names) => {
    const codes = new Map<string, number>()
    for (const name of names) codes.set(name, read(await wire.ask(api, version, body(new Writer(), name))))
    return codes
  }
}

function aboutCluster(ask: (wire: Wire) => Promise<Map<string, number>>): Attempt['ask'] {
  return async (wire, names) => {
    const [code] = (await ask(wire)).values()
    return new Map(names.map((name) => [name, code ?? -1]))
  }
}

/** Follows a partition from an offset that can't be, so that nothing is sent back. */
async function fetch(wire: Wire, topics: string[], replica: number, partition: number): Promise<Map<string, number>> {
  const body = new Writer().int32(replica).int32(0).int32(0).int32(1).int8(0).array(topics, (writer, topic) =>
    writer.string(topic).array([partition], (to, index) => to.int32(index).int64(noSuchOffset).int32(1)),
  )
  const reader = (await wire.ask(1, 4, body)).skip(4)
  return new Map(
    reader.array(() => {
      const topic = reader.string()
      const [code = -1] = reader.array(() => {
        const seen = reader.skip(4).int16()
        reader.skip(16).array(() => reader.skip(16))
        reader.bytes()
        return seen
      })
      return [topic, code]
    }),
  )
}

/** An empty batch of the current format whose checksum is wrong: it gets as far as the partition's leader, not into its log. */
function damagedBatch(): Buffer {
  const rest = new Writer().int32(-1).int8(2).int32(0xbad).int16(0).int32(0).int64(0).int64(0).int64(-1).int16(-1).int32(-1).int32(1).int64(0).toBuffer()
  return Buffer.concat([new Writer().int64(0).int32(rest.length).toBuffer(), rest])
}

async function produceDamaged(wire: Wire, topics: string[]): Promise<Map<string, number>> {
  const body = new Writer().string(null).int16(-1).int32(timeoutMs).array(topics, (writer, topic) =>
    writer.string(topic).array([0], (to, index) => to.int32(index).bytes(damagedBatch())),
  )
  const reader = await wire.ask(0, 3, body)
  return new Map(
    reader.array(() => {
      const topic = reader.string()
      const [code = -1] = reader.array(() => {
        const seen = reader.skip(4).int16()
        reader.skip(16)
        return seen
      })
      return [topic, code]
    }),
  )
}

async function metadata(wire: Wire, topics: string[]): Promise<Map<string, number>> {
  const reader = (await wire.ask(3, 4, new Writer().array(topics, (writer, topic) => writer.string(topic)).int8(0))).skip(4)
  reader.array(() => reader.skip(4).strings(1).skip(4).strings(1))
  reader.strings(1).skip(4)
  return new Map(
    reader.array(() => {
      const code = reader.int16()
      const topic = reader.string()
      reader.skip(1).array(() => {
        reader.skip(10).array(() => reader.int32())
        reader.array(() => reader.int32())
      })
      return [topic, code]
    }),
  )
}

async function createTopics(wire: Wire, topics: string[]): Promise<Map<string, number>> {
  const body = new Writer().array(topics, (writer, topic) => writer.string(topic).int32(1).int16(1).int32(0).int32(0)).int32(timeoutMs).int8(1)
  return namedResults((await wire.ask(19, 2, body)).skip(4))
}

async function createPartitions(wire: Wire, topics: string[]): Promise<Map<string, number>> {
  const body = new Writer().array(topics, (writer, topic) => writer.string(topic).int32(1).int32(-1)).int32(timeoutMs).int8(1)
  return namedResults((await wire.ask(37, 0, body)).skip(4))
}

function namedResults(reader: Reader): Map<string, number> {
  return new Map(
    reader.array(() => {
      const name = reader.string()
      const code = reader.int16()
      reader.strings(1)
      return [name, code]
    }),
  )
}

async function deleteRecords(wire: Wire, topics: string[]): Promise<Map<string, number>> {
  const body = new Writer().array(topics, (writer, topic) => writer.string(topic).array([noSuchPartition], (to, index) => to.int32(index).int64(0))).int32(timeoutMs)
  const reader = (await wire.ask(21, 0, body)).skip(4)
  return new Map(
    reader.array(() => {
      const topic = reader.string()
      const [code = -1] = reader.array(() => reader.skip(12).int16())
      return [topic, code]
    }),
  )
}

async function describeConfigs(wire: Wire, type: number, names: string[]): Promise<Map<string, number>> {
  const body = new Writer().array(names, (writer, name) => writer.int8(type).string(name).array(['min.insync.replicas'], (to, key) => to.string(key))).int8(0)
  const reader = (await wire.ask(32, 1, body)).skip(4)
  return new Map(
    reader.array(() => {
      const code = reader.int16()
      const name = reader.strings(1).skip(1).string()
      reader.array(() => reader.strings(2).skip(3).array(() => reader.strings(2).skip(1)))
      return [name, code]
    }),
  )
}

/** Asks whether a setting may be taken away; nothing is. */
async function alterConfigs(wire: Wire, type: number, names: string[], setting: string): Promise<Map<string, number>> {
  const remove = 1
  const body = new Writer().array(names, (writer, name) => writer.int8(type).string(name).array([setting], (to, key) => to.string(key).int8(remove).string(null))).int8(1)
  const reader = (await wire.ask(44, 0, body)).skip(4)
  return new Map(
    reader.array(() => {
      const code = reader.int16()
      return [reader.strings(1).skip(1).string(), code]
    }),
  )
}

async function describeGroups(wire: Wire, groups: string[]): Promise<Map<string, number>> {
  const reader = await wire.ask(15, 0, new Writer().array(groups, (writer, group) => writer.string(group)))
  return new Map(
    reader.array(() => {
      const code = reader.int16()
      const group = reader.string()
      reader.strings(3).array(() => reader.strings(3).bytes().bytes())
      return [group, code]
    }),
  )
}
