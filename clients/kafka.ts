import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import kafkajs, { type Admin, type IHeaders, type Kafka, type Producer, type RetryOptions } from 'kafkajs'
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'
import { connected, explained, notedBy, noteIn, openAccount, type Patience } from './account.ts'
import { farewell, within } from './deadline.ts'
import { certificateFiles, type CertificateFiles, type Environment } from './environment.ts'
import { messageOf, PrerequisiteError, TimeoutError } from './errors.ts'
import { interruptible, orInterrupted, pause } from './interruption.ts'
import { denialIn } from './refusal.ts'

export type { Admin, Kafka, Message, Producer } from 'kafkajs'
export const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, CompressionTypes, ConfigResourceTypes, ConfigSource, KafkaJSProtocolError, ResourcePatternTypes } = kafkajs

// kafkajs 2.2.4 looks every millisecond whether a request may be sent that waits, on every connection for as long as it
// lives, also when none waits: a program that stays connected would take several percent of a core for nothing
// (https://github.com/tulios/kafkajs/issues/1704)
const { scheduleCheckPendingRequests } = RequestQueue.prototype
RequestQueue.prototype.scheduleCheckPendingRequests = function () {
  if (this.pending.length > 0) scheduleCheckPendingRequests.call(this)
}

/** One record as read: key and value are null where it has none, a key may be no text; offsets are decimal strings. */
export type Read = {
  partition: number
  offset: string
  timestampMs: number
  key: string | null
  keyBytes: Buffer | null
  value: Buffer | null
  headers: IHeaders
}

/** A dead broker stands in the metadata until its session has ended (broker.session.timeout.ms). */
const restartNoticedMs = 10_000

/** Next offset to read, by partition. */
export type Offsets = Map<number, bigint>

// kafkajs retries on several levels, so the times multiply
const patience: Record<Patience, { connectionTimeout: number; requestTimeout: number; retry: RetryOptions }> = {
  patient: { connectionTimeout: 3_000, requestTimeout: 30_000, retry: { retries: 30, initialRetryTime: 100, maxRetryTime: 1_000 } },
  normal: { connectionTimeout: 3_000, requestTimeout: 20_000, retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 500 } },
  quick: { connectionTimeout: 1_000, requestTimeout: 1_500, retry: { retries: 1, initialRetryTime: 50, maxRetryTime: 100 } },
}

/**
 * A Kafka client that authenticates as a principal by mutual TLS, hostname verification on.
 *
 * @throws PrerequisiteError `CERTIFICATE_MISSING` when the principal has no certificate in this stack yet
 */
export function kafkaClient(
  env: Environment,
  principal: string,
  limits: Patience = 'normal',
  files: CertificateFiles = certificateFiles(env, principal),
): Kafka {
  const pem = (file: string) => {
    try {
      return readFileSync(file, 'utf8')
    } catch (cause) {
      throw new PrerequisiteError('CERTIFICATE_MISSING', `expected the certificate of ${principal}: ${messageOf(cause)}`, 'task bootstrap', { cause })
    }
  }
  const noted: string[] = []
  const kafka = new kafkajs.Kafka({
    clientId: principal,
    brokers: env.kafka.brokers,
    ssl: { key: pem(files.key), cert: pem(files.cert), ca: [pem(files.ca)], minVersion: 'TLSv1.2' },
    ...patience[limits],
    logLevel: process.env.DEBUG ? kafkajs.logLevel.WARN : kafkajs.logLevel.ERROR,
    logCreator: () => noteIn(noted),
  })
  openAccount(kafka, { principal, server: `Kafka at ${env.kafka.brokers.join(', ')}`, limits, noted })
  return kafka
}

/** Runs work with a connected admin client and disconnects it; the work may be begun again while a broker restarts. */
export function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  return despiteDeadBroker(() => withOneAdmin(kafka, work), hasMoved)
}

async function withOneAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin()
  try {
    await connected(kafka, admin.connect())
    return await despiteDeadBroker(() => work(interruptible(admin)), isRefused)
  } finally {
    await farewell(() => admin.disconnect())
  }
}

/**
 * kafkajs asks brokers that it draws, and gives up when that is the one which died just now: it is asked again.
 *
 * @param isOnlyOne whether an error tells of one dead broker, beside others that answer
 */
async function despiteDeadBroker<T>(attempt: () => Promise<T>, isOnlyOne: (error: unknown) => boolean | Promise<boolean>): Promise<T> {
  for (const deadline = performance.now() + restartNoticedMs; ; await pause(300)) {
    try {
      return await attempt()
    } catch (error) {
      if (performance.now() > deadline || !(await isOnlyOne(error))) throw error
    }
  }
}

/** Of a client that is connected, so that some broker has answered before. */
const isRefused = (error: unknown) => (error instanceof Error && error.cause ? error.cause : error) instanceof kafkajs.KafkaJSConnectionError

/** A partition that is new, or whose leader has gone; a client keeps to the leader that it was told of. */
const hasMoved = (error: unknown) => error instanceof KafkaJSProtocolError && /^(NOT_)?LEADER_/.test(error.type)

/**
 * An idempotent producer (acks=all is what idempotence implies), not yet connected.
 *
 * @param transactionalId given, the producer can send in transactions
 */
export function producerOf(kafka: Kafka, transactionalId?: string): Producer {
  return kafka.producer({
    idempotent: true,
    allowAutoTopicCreation: false,
    maxInFlightRequests: transactionalId ? 1 : 5,
    // a broker that died keeps its partitions for some seconds (broker.session.timeout.ms); whether any broker answers
    // at all is found out by connecting, which has the shorter patience of the client
    retry: patience.patient.retry,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    ...(transactionalId ? { transactionalId, transactionTimeout: 30_000 } : {}),
  })
}

/** Runs work with such a producer, connected, and disconnects it. */
export async function withProducer<T>(kafka: Kafka, work: (producer: Producer) => Promise<T>, transactionalId?: string): Promise<T> {
  const producer = producerOf(kafka, transactionalId)
  // the producer id comes from a broker, too; whether others answer is found out by asking them
  const othersAnswer = (error: unknown) => !denialIn(error) && withAdmin(kafka, (admin) => admin.describeCluster()).then(() => true, () => false)
  try {
    await connected(kafka, despiteDeadBroker(() => producer.connect(), othersAnswer))
    return await work(producer)
  } catch (error) {
    const isOfTransaction = denialIn(error, notedBy(kafka)) === 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'
    throw isOfTransaction ? explained(kafka, error, { transactionalId }) : error
  } finally {
    // also of one that is refused: its connections would keep the process for ten minutes
    await farewell(() => producer.disconnect())
  }
}

/** The first offset and the one after the last, by partition, in the order of partitions. */
export async function topicOffsets(kafka: Kafka, topic: string): Promise<{ start: Offsets; end: Offsets }> {
  const unordered = await withAdmin(kafka, (admin) => admin.fetchTopicOffsets(topic)).catch((error: unknown) => {
    throw explained(kafka, error, { operation: 'DESCRIBE', topic })
  })
  const offsets = unordered.sort((one, other) => one.partition - other.partition)
  return {
    start: new Map(offsets.map(({ partition, low }) => [partition, BigInt(low)])),
    end: new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)])),
  }
}

type Follow = {
  topic: string
  from: Offsets
  /** called once for every committed record, in order within a partition; true ends the reading */
  onRecord: (record: Read) => boolean | void
  /** called when everything before `offset` of a partition has been read; true ends the reading */
  onPosition?: (partition: number, offset: bigint) => boolean
  /** what is awaited, for the message of a time-out */
  awaited: string
  /** in all, or, for what has an end that comes nearer, since the last records came */
  timeoutMs: number
  timeoutBegins?: 'once' | 'with every batch'
}

/**
 * Reads committed records of one topic until a callback says that it is enough. The consumer group is new each time,
 * named after the principal, and commits nothing, so it vanishes by itself.
 *
 * @throws TimeoutError `KAFKA_AWAIT_TIMEOUT` naming what was awaited
 */
export async function followTopic(kafka: Kafka, principal: string, options: Follow): Promise<void> {
  const groupId = `${principal}-${randomUUID()}`
  // maxBytes of each broker: all that is fetched is decompressed at once, to 100 times as much at most (apps/bounds)
  const limits = { maxWaitTimeInMs: 100, maxBytes: 524_288, retry: { retries: 3, initialRetryTime: 100 } }
  const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false, ...limits })
  let timer: NodeJS.Timeout | undefined
  // a group that commits nothing begins anew when it is rebalanced, as after the restart of its coordinator
  const next = new Map(options.from)
  try {
    await connected(kafka, consumer.connect())
    await within(options.timeoutMs, `topic ${options.topic}`, consumer.subscribe({ topic: options.topic, fromBeginning: true }))
    await orInterrupted(new Promise<void>((resolve, reject) => {
      const expired = () =>
        reject(new TimeoutError('KAFKA_AWAIT_TIMEOUT', `expected ${options.awaited} within ${options.timeoutMs / 1000} s, it did not come`, 'task status; task logs'))
      timer = setTimeout(expired, options.timeoutMs)
      consumer.on('consumer.crash', ({ payload }) => reject(payload.error))
      consumer.on('consumer.end_batch_process', ({ payload }) => {
        if (options.onPosition?.(payload.partition, BigInt(payload.lastOffset) + 1n)) resolve()
      })
      const eachBatch = async ({ batch }: kafkajs.EachBatchPayload) => {
        if (options.timeoutBegins === 'with every batch') timer?.refresh()
        for (const { key, value, headers, offset, timestamp } of batch.messages) {
          if (BigInt(offset) < (next.get(batch.partition) ?? 0n)) continue
          next.set(batch.partition, BigInt(offset) + 1n)
          const record = { partition: batch.partition, offset, timestampMs: Number(timestamp), key: key?.toString() ?? null, keyBytes: key, value, headers: headers ?? {} }
          if (options.onRecord(record)) return resolve()
        }
      }
      consumer.run({ autoCommit: false, eachBatch }).catch(reject)
      for (const [partition, offset] of options.from) consumer.seek({ topic: options.topic, partition, offset: offset.toString() })
    }))
  } catch (error) {
    throw explained(kafka, error, { operation: 'READ', topic: options.topic, group: groupId })
  } finally {
    clearTimeout(timer)
    await farewell(() => consumer.disconnect(), 3_000)
  }
}

/**
 * Reads a topic from `from` (default: its beginning) to where it ended when the call began.
 *
 * @param principal group names begin with it, as its ACLs demand
 */
export async function readTopic(kafka: Kafka, principal: string, topic: string, onRecord: (record: Read) => void, from?: Offsets): Promise<void> {
  const { start, end } = await topicOffsets(kafka, topic)
  const begin: Offsets = new Map([...start].map(([partition, low]) => [partition, max(low, from?.get(partition) ?? 0n)]))
  const open = new Set([...end].filter(([partition, high]) => high > (begin.get(partition) ?? 0n)).map(([partition]) => partition))
  if (open.size === 0) return
  await followTopic(kafka, principal, {
    topic,
    from: begin,
    awaited: `the end of ${topic}`,
    timeoutMs: 60_000,
    timeoutBegins: 'with every batch',
    onRecord: (record) => {
      if (BigInt(record.offset) < (end.get(record.partition) ?? 0n)) onRecord(record)
    },
    onPosition: (partition, offset) => {
      if (offset >= (end.get(partition) ?? 0n)) open.delete(partition)
      return open.size === 0
    },
  })
}

const max = (a: bigint, b: bigint) => (a > b ? a : b)
