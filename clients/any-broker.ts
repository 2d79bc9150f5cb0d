import { readFileSync } from 'node:fs'
import { certificateFiles, type Environment } from './environment.ts'
import { checkpoint } from './interruption.ts'
import { kafkaError } from './refusal.ts'
import { openWire, type Wire } from './wire.ts'

/**
 * Asks a cluster what kafkajs 2.2.4 does not know how to ask, of the first broker that answers.
 *
 * @throws InfraError when no broker of the cluster answers
 */
export async function askAnyBroker<T>(env: Environment, principal: string, work: (wire: Wire) => Promise<T>): Promise<T> {
  let failure: unknown
  for (const broker of env.kafka.brokers) {
    try {
      return await askBroker(env, broker, principal, work)
    } catch (error) {
      checkpoint()
      failure = error
    }
  }
  throw kafkaError(env, failure, { principal })
}

/** The same of one broker, for what each knows for itself. */
export async function askBroker<T>(env: Environment, broker: string, principal: string, work: (wire: Wire) => Promise<T>): Promise<T> {
  const { key, cert, ca } = certificateFiles(env, principal)
  const wire = await openWire(broker, { key: readFileSync(key), cert: readFileSync(cert), ca: readFileSync(ca) })
  return work(wire).finally(() => wire.close())
}
