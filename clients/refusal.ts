import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SilenceError } from './deadline.ts'
import { certificateFiles, type CertificateFiles, type Environment } from './environment.ts'
import { InfraError, messageOf } from './errors.ts'

/** Who asks Kafka, and for what; what is known of it stands in the message of a denial. */
export type Asked = { principal: string; operation?: 'READ' | 'WRITE' | 'DESCRIBE'; topic?: string; group?: string; transactionalId?: string | undefined }

/** As the protocol names denials (https://kafka.apache.org/protocol#protocol_error_codes), and as kafkajs words them. */
const denials = {
  TOPIC_AUTHORIZATION_FAILED: 'Topic authorization failed',
  GROUP_AUTHORIZATION_FAILED: 'Group authorization failed',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'Transactional Id authorization failed',
  CLUSTER_AUTHORIZATION_FAILED: 'Cluster authorization failed',
} as const
type Denial = keyof typeof denials

const names = Object.keys(denials) as Denial[]

/** An error and what caused it: kafkajs wraps in several layers, by two names. */
function* layers(error: unknown): Generator<Error & { type?: unknown; code?: unknown }> {
  for (let layer = error, depth = 0; layer instanceof Error && depth < 8; depth++) {
    yield layer
    layer = layer.cause ?? ('originalError' in layer ? layer.originalError : undefined)
  }
}

/**
 * The denial that an error is.
 *
 * @param noted what brokers have said; of a group or a transaction kafkajs tells only that its coordinator was not found
 */
export function denialIn(error: unknown, noted: string[] = []): Denial | undefined {
  for (const { name, type } of layers(error)) {
    const told = names.find((each) => each === type)
    if (told) return told
    if (name === 'KafkaJSGroupCoordinatorNotFound') return names.find((each) => noted.some((said) => said.endsWith(denials[each])))
  }
  return undefined
}

/** Whether an error says that a topic, or a partition of it, is not there (`UNKNOWN_TOPIC_OR_PARTITION` of the protocol). */
export function isTopicMissing(error: unknown): boolean {
  return [...layers(error)].some(({ type }) => type === 'UNKNOWN_TOPIC_OR_PARTITION')
}

/**
 * The missing topic, said as such: `TOPIC_MISSING`.
 *
 * @returns undefined when the error is about something else
 */
export function missingTopic(error: unknown, { topic }: Partial<Asked>): InfraError | undefined {
  if (!isTopicMissing(error)) return undefined
  return new InfraError('TOPIC_MISSING', `expected ${topic ? `topic ${topic}` : 'every declared topic'} to be there, Kafka knows none of that name`, 'task plan   names it; task apply   makes it anew', { cause: error })
}

/**
 * The missing right, said as such: `KAFKA_DENIED`.
 *
 * @returns undefined when the error is no denial
 */
export function deniedBy(error: unknown, asked: Asked, noted: string[] = []): InfraError | undefined {
  const denial = denialIn(error, noted)
  if (!denial) return undefined
  return new InfraError(
    'KAFKA_DENIED',
    `expected User:${asked.principal} to have the right to ${missingRight(denial, asked)}, Kafka denies it: ${denials[denial]}`,
    'task plan -- acls   shows what differs from config/principals.yaml, where rights are declared; task apply -- acls',
    { cause: error },
  )
}

function missingRight(denial: Denial, { operation = 'READ', topic, group, transactionalId }: Asked): string {
  const onTopic = `${operation} topic ${topic ?? '(any)'}`
  if (denial === 'GROUP_AUTHORIZATION_FAILED') return `READ group ${group ?? '(any)'}`
  if (denial === 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED') return `WRITE transactional id ${transactionalId ?? '(any)'}`
  // a producer is refused by the cluster when its principal may write to no topic at all
  return denial === 'TOPIC_AUTHORIZATION_FAILED' || operation === 'WRITE' ? onTopic : 'use the cluster'
}

/** Whether an error is one of Kafka's client, or of waiting for it. */
export function isOfKafka(error: unknown): boolean {
  // kafkajs throws a plain Error when a broker has shaken hands and then not said which versions it speaks
  return error instanceof SilenceError || (error instanceof Error && (error.name.startsWith('KafkaJS') || error.message === 'Broker not connected'))
}

/** Turns what kafkajs throws into an error that says what to do next; what says it already is left as it is. */
export function kafkaError(env: Environment, error: unknown, asked: Asked, noted: string[] = []): InfraError {
  const server = `Kafka at ${env.kafka.brokers.join(', ')}`
  if (error instanceof InfraError) return error
  return (
    deniedBy(error, asked, noted) ??
    missingTopic(error, asked) ??
    refusedCertificate(error, server, certificateFiles(env, asked.principal)) ??
    new InfraError('KAFKA_FAILED', `expected ${server} to answer, got: ${messageOf(error)}`, 'task status, then task up; DEBUG=1 shows more', { cause: error })
  )
}

// what Node.js says when it does not trust the other side; the other side's refusal comes as an alert of TLS
const distrust = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_ALTNAME_INVALID)/
const refusal = /^ERR_SSL_.*ALERT/

/**
 * A certificate that was not taken, ours by the server or the server's by us: `CERTIFICATE_REFUSED`.
 *
 * @param server who was asked, as in `PostgreSQL at 127.0.0.1:15432`
 * @returns undefined when the error is none of certificates
 */
export function refusedCertificate(error: unknown, server: string, files: Omit<CertificateFiles, 'bundle'>): InfraError | undefined {
  for (const { code } of layers(error)) {
    if (typeof code !== 'string' || !(distrust.test(code) || refusal.test(code))) continue
    const expected = refusal.test(code) ? `${server} to take the certificate ${files.cert}${validity(files.cert)}` : `${server} to show a certificate that ${files.ca} has signed and that is valid`
    return new InfraError('CERTIFICATE_REFUSED', `expected ${expected}, got: ${code}`, 'task certs; task bootstrap renews what has expired', { cause: error })
  }
  return undefined
}

function validity(file: string): string {
  try {
    const { validFrom, validTo } = new X509Certificate(readFileSync(file))
    return ` (valid from ${new Date(validFrom).toISOString()} until ${new Date(validTo).toISOString()})`
  } catch {
    return ''
  }
}
