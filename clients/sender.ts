import type { Environment } from './environment.ts'
import { within } from './deadline.ts'
import { sheltered } from './interruption.ts'
import { kafkaClient, withAdmin, withProducer, type Producer } from './kafka.ts'
import { partitionOf } from './partition.ts'
import { isOfKafka, kafkaError, missingTopic } from './refusal.ts'

// A batch over 1 MB is refused by the broker and not split by kafkajs; from 256 KiB on, larger ones are no faster.
const BATCH_BYTES = 512 * 1024
const BUFFER_BYTES = 8 * 1024 * 1024
const OVERHEAD_BYTES = 100
// longer than a broker takes to restart, or the others to notice that it is dead
const ACKNOWLEDGED_WITHIN_MS = 60_000

/** Sends records; what it has counted as sent is on two brokers at least. */
export type Sender = {
  /** Takes a record, null for a tombstone. Returns a promise to wait for when enough is under way. */
  add(key: string, value: Buffer | null, headers?: Record<string, string>): Promise<void> | undefined
  /** Waits until everything that was added is acknowledged. */
  flush(): Promise<void>
  /** how many records Kafka has acknowledged */
  sent(): number
}

/** Who sends where. */
type Route = { principal: string; topic: string }

type Message = { key: Buffer; value: Buffer | null; partition: number; headers?: Record<string, string> }
type Lane = { waiting: Message[]; bytes: number; timer?: NodeJS.Timeout; running?: Promise<void> }

/**
 * Runs work with a sender to a topic, fast: records of a partition share requests, those of different ones don't wait
 * for each other. Equal keys stay in order.
 *
 * @param lingerMs how long a record may wait for others to share a request with
 * @throws InfraError `KAFKA_FAILED` within some seconds when Kafka can't be reached, and when it acknowledges nothing for a minute;
 *   `KAFKA_DENIED`, `CERTIFICATE_REFUSED`, `TOPIC_MISSING`
 */
export async function withSender<T>(
  env: Environment,
  route: Route,
  lingerMs: number,
  work: (sender: Sender) => Promise<T>,
): Promise<T> {
  try {
    const partitions = await partitionCount(env, route)
    const kafka = kafkaClient(env, route.principal)
    return await withProducer(kafka, (producer) => work(createSender(producer, route.topic, partitions, lingerMs)))
  } catch (error) {
    throw isOfKafka(error) ? kafkaError(env, error, { principal: route.principal, operation: 'WRITE', topic: route.topic }) : error
  }
}

async function partitionCount(env: Environment, { principal, topic }: Route): Promise<number> {
  try {
    const kafka = kafkaClient(env, principal, 'quick')
    const { topics } = await withAdmin(kafka, (admin) => admin.fetchTopicMetadata({ topics: [topic] }))
    return topics[0]?.partitions.length ?? 0
  } catch (cause) {
    throw missingTopic(cause, { topic }) ?? cause
  }
}

/**
 * One lane a partition, one request at a time in each. More would be unsafe with kafkajs 2.2.4: a failed request gives
 * its sequence numbers back, so that another one of the same partition could take them and be dropped as a repetition;
 * and a request to several brokers may lose the part whose partition changes its leader (tulios/kafkajs#1798).
 */
function createSender(producer: Producer, topic: string, partitions: number, lingerMs: number): Sender {
  const lanes = Array.from({ length: partitions }, (): Lane => ({ waiting: [], bytes: 0 }))
  let buffered = 0
  let sent = 0
  let failure: unknown
  let waiters: (() => void)[] = []

  const wake = () => {
    for (const waiter of waiters.splice(0)) waiter()
  }
  const sendBatch = async (lane: Lane) => {
    const { messages, bytes } = takeBatch(lane)
    // also when interrupted: what was sent is counted, for it arrives
    await sheltered(() => within(ACKNOWLEDGED_WITHIN_MS, `Kafka to acknowledge records of ${topic}`, producer.send({ topic, messages, acks: -1 })))
    buffered -= bytes
    sent += messages.length
    if (buffered < BUFFER_BYTES) wake()
  }
  const run = async (lane: Lane, least: number) => {
    while (lane.waiting.length > 0 && lane.bytes >= least && failure === undefined) await sendBatch(lane)
  }
  /** Sends what waits in a lane while that is at least so many bytes; what is left goes when it has lingered. */
  const start = (lane: Lane, least: number) => {
    clearTimeout(lane.timer)
    lane.running ??= run(lane, least)
      .catch((error: unknown) => {
        failure ??= error
        wake()
      })
      .then(() => {
        lane.running = undefined
        if (lane.waiting.length > 0 && failure === undefined) linger(lane)
      })
  }
  const linger = (lane: Lane) => {
    clearTimeout(lane.timer)
    lane.timer = setTimeout(() => start(lane, 0), lingerMs)
  }

  return {
    sent: () => sent,
    add(name, value, headers) {
      if (failure !== undefined) throw failure
      const key = Buffer.from(name)
      const partition = partitionOf(key, partitions)
      const lane = lanes[partition] as Lane
      const message = { key, value, partition, ...(headers ? { headers } : {}) }
      const bytes = sizeOf(message)
      lane.waiting.push(message)
      lane.bytes += bytes
      buffered += bytes
      if (lane.bytes >= BATCH_BYTES) start(lane, BATCH_BYTES)
      else if (lane.waiting.length === 1 && !lane.running) linger(lane)
      return buffered < BUFFER_BYTES ? undefined : new Promise((resolve) => waiters.push(resolve))
    },
    async flush() {
      for (let busy = true; busy; ) {
        for (const lane of lanes) if (lane.waiting.length > 0) start(lane, 0)
        const running = lanes.flatMap((lane) => lane.running ?? [])
        busy = running.length > 0 && failure === undefined
        await Promise.all(running)
      }
      for (const lane of lanes) clearTimeout(lane.timer)
      if (failure !== undefined) throw failure
    },
  }
}

/** Takes what fits into one batch, at least one record, off a lane. */
function takeBatch(lane: Lane): { messages: Message[]; bytes: number } {
  let bytes = 0
  let count = 0
  for (const message of lane.waiting) {
    const size = sizeOf(message)
    if (count > 0 && bytes + size > BATCH_BYTES) break
    bytes += size
    count++
  }
  lane.bytes -= bytes
  return { messages: lane.waiting.splice(0, count), bytes }
}

function sizeOf({ key, value, headers = {} }: Message): number {
  const named = Object.entries(headers).reduce((sum, [name, text]) => sum + name.length + Buffer.byteLength(text), 0)
  return key.length + (value?.length ?? 0) + named + OVERHEAD_BYTES
}
