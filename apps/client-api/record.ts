import type { Environment } from '../../clients/environment.ts'
import { notedBy } from '../../clients/account.ts'
import { SilenceError, within } from '../../clients/deadline.ts'
import { InfraError } from '../../clients/errors.ts'
import { type Kafka, kafkaClient, withProducer } from '../../clients/kafka.ts'
import { kafkaError } from '../../clients/refusal.ts'
import type { ClientEvent } from './event.ts'

const topic = 'client.events'
const principal = 'client-api'
const allReplicas = -1
const longestWaitMs = 2_000

/** A connection to Kafka on its way; `record` sends the one event, `cancel` hangs up. */
export type Recorder = { record: (event: ClientEvent) => Promise<void>; cancel: () => void }

/**
 * Begins to connect at once, so that connecting takes no time beside the query.
 *
 * @returns `record` throws InfraError `EVENT_NOT_RECORDED` within 2 s, with what Kafka said, or the right that is missing
 */
export function startRecorder(env: Environment): Recorder {
  let provide: (event: ClientEvent | undefined) => void = () => {}
  const provided = new Promise<ClientEvent | undefined>((resolve) => (provide = resolve))
  const kafka = kafkaClient(env, principal, 'quick')
  const sent = connectAndSend(kafka, provided)
  // looked at by `record`; before that a failure must not end the process
  sent.catch(() => {})
  return {
    record: async (event) => {
      provide(event)
      await within(longestWaitMs, 'Kafka to take an event', sent).catch((error: unknown) => {
        throw notRecorded(env, kafka, error)
      })
    },
    cancel: () => provide(undefined),
  }
}

async function connectAndSend(kafka: Kafka, provided: Promise<ClientEvent | undefined>): Promise<void> {
  await withProducer(kafka, async (producer) => {
    const event = await provided
    if (event)
      await producer.send({
        topic,
        acks: allReplicas,
        messages: [{ key: event.user_id, value: JSON.stringify(event) }],
      })
  })
}

function notRecorded(env: Environment, kafka: Kafka, cause: unknown): InfraError {
  const { message, hint } = kafkaError(env, cause, { principal, operation: 'WRITE', topic })
  // why nobody answers is known to the log only
  const lately = cause instanceof SilenceError ? notedBy(kafka).at(-1) : undefined
  return new InfraError('EVENT_NOT_RECORDED', `${message}${lately ? ` (${lately})` : ''}`, hint, { cause })
}
