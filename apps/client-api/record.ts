import type { Environment } from '../../clients/environment.ts'
import { InfraError, messageOf } from '../../clients/errors.ts'
import { kafkaClient, withProducer } from '../../clients/kafka.ts'
import type { ClientEvent } from './event.ts'

const topic = 'client.events'
const allReplicas = -1
const longestWaitMs = 2_000

/** A connection to Kafka on its way; `record` sends the one event, `cancel` hangs up. */
export type Recorder = { record: (event: ClientEvent) => Promise<void>; cancel: () => void }

/** Begins to connect at once, so that connecting takes no time beside the query. */
export function startRecorder(env: Environment): Recorder {
  let provide: (event: ClientEvent | undefined) => void = () => {}
  const provided = new Promise<ClientEvent | undefined>((resolve) => (provide = resolve))
  const sent = connectAndSend(env, provided)
  // looked at by `record`; before that a failure must not end the process
  sent.catch(() => {})
  return {
    record: async (event) => {
      provide(event)
      await within(longestWaitMs, sent)
    },
    cancel: () => provide(undefined),
  }
}

async function connectAndSend(env: Environment, provided: Promise<ClientEvent | undefined>): Promise<void> {
  await withProducer(kafkaClient(env, 'client-api', 'quick'), async (producer) => {
    const event = await provided
    if (event)
      await producer.send({
        topic,
        acks: allReplicas,
        messages: [{ key: event.user_id, value: JSON.stringify(event) }],
      })
  })
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms)
  })
  try {
    await Promise.race([work, late])
  } catch (cause) {
    throw new InfraError(
      'EVENT_NOT_RECORDED',
      `expected Kafka to take the event, got: ${messageOf(cause)}`,
      'task status, then task up',
      { cause },
    )
  } finally {
    clearTimeout(timer)
  }
}
