import { within } from './deadline.ts'
import { type Asked, deniedBy, missingTopic } from './refusal.ts'

/** How long a client of Kafka may take: `patient` rides out a broker restart, `quick` answers within some seconds. */
export type Patience = 'patient' | 'normal' | 'quick'

/** kafkajs retries on several levels, so that its times multiply; this is how long connecting takes in all. */
const connectWithinMs: Record<Patience, number> = { patient: 60_000, normal: 15_000, quick: 5_000 }

/** What is kept of a client: who speaks by it, to whom, and what went wrong lately, some of which kafkajs tells only its log. */
export type Account = { principal: string; server: string; limits: Patience; noted: string[] }

const accounts = new WeakMap<object, Account>()
const mostNoted = 20

export function openAccount(kafka: object, account: Account): void {
  accounts.set(kafka, account)
}

/** Takes down what kafkajs logs; with DEBUG it is shown, too. */
export function noteIn(noted: string[]) {
  return ({ label, namespace, log }: { label: string; namespace: string; log: { message: string; [key: string]: unknown } }): void => {
    noted.push(typeof log.error === 'string' ? log.error : log.message)
    if (noted.length > mostNoted) noted.shift()
    if (process.env.DEBUG) process.stderr.write(`${JSON.stringify({ label, namespace, ...log })}\n`)
  }
}

/** What went wrong lately, the newest last. */
export const notedBy = (kafka: object): string[] => accounts.get(kafka)?.noted ?? []

/**
 * Waits for a client to be connected, or gives up.
 *
 * @throws SilenceError `no answer within … s`
 */
export function connected(kafka: object, connecting: Promise<void>): Promise<void> {
  const { limits = 'normal', server = 'Kafka' } = accounts.get(kafka) ?? {}
  return within(connectWithinMs[limits], server, connecting)
}

/** The missing right, when that is what an error is about, else the error itself. */
export function explained(kafka: object, error: unknown, asked: Omit<Asked, 'principal'>): unknown {
  const { principal = '', noted = [] } = accounts.get(kafka) ?? {}
  return deniedBy(error, { principal, ...asked }, noted) ?? missingTopic(error, asked) ?? error
}
