import Decoder from 'kafkajs/src/protocol/decoder.js'
import Encoder from 'kafkajs/src/protocol/encoder.js'
import { connected } from './account.ts'
import { farewell } from './deadline.ts'
import type { Kafka } from './kafka.ts'

/** Whom a quota is for: entity types (user, client-id, ip) with names; null is whoever has no quota of his own. */
export type QuotaEntity = { type: string; name: string | null }[]
/** The limits of one entity, by Kafka's own keys: producer_byte_rate in bytes a second and broker, for example. */
export type Quota = { entity: QuotaEntity; limits: Record<string, number> }

type Request = { apiKey: number; apiVersion: 0; apiName: string; encode: () => Promise<Encoder> }
type Response<T> = { decode: (data: Buffer) => Promise<T>; parse: (data: T) => Promise<T> }
type Pool = { send<T>(asked: { request: Request; response: Response<T> }): Promise<T> }
type Cluster = {
  connect(): Promise<void>
  refreshMetadataIfNecessary(): Promise<void>
  findControllerBroker(): Promise<{ connectionPool: Pool }>
  disconnect(): Promise<void>
}

/**
 * The quotas of a cluster, of whomever (KIP-546, DescribeClientQuotas).
 *
 * @throws Error in the broker's words, when it refuses
 */
export function clientQuotas(kafka: Kafka): Promise<Quota[]> {
  const encode = () => new Encoder().writeInt32(0).writeBoolean(false)
  return ask(kafka, { apiKey: 48, apiName: 'DescribeClientQuotas', encode }, (answer) => {
    answer.readInt32()
    refuse(answer.readInt16(), answer.readString())
    return answer.readArray(() => ({
      entity: readEntity(answer),
      limits: Object.fromEntries(answer.readArray(() => [answer.readString() ?? '', answer.readDouble()])),
    }))
  })
}

/**
 * Sets limits, and lifts those that are undefined (KIP-546, AlterClientQuotas); all or none of an entity's.
 *
 * @throws Error in the broker's words, when it refuses one
 */
export async function alterClientQuotas(
  kafka: Kafka,
  quotas: { entity: QuotaEntity; limits: Record<string, number | undefined> }[],
): Promise<void> {
  const request = new Encoder().writeInt32(quotas.length)
  for (const { entity, limits } of quotas) {
    request.writeInt32(entity.length)
    for (const { type, name } of entity) request.writeString(type).writeString(name)
    request.writeInt32(Object.keys(limits).length)
    for (const [key, limit] of Object.entries(limits)) {
      request.writeString(key).writeDouble(limit ?? 0).writeBoolean(limit === undefined)
    }
  }
  const encode = () => request.writeBoolean(false)
  await ask(kafka, { apiKey: 49, apiName: 'AlterClientQuotas', encode }, (answer) => {
    answer.readInt32()
    const refusals = answer.readArray(() => ({ code: answer.readInt16(), words: answer.readString(), entity: readEntity(answer) }))
    for (const { code, words } of refusals) refuse(code, words)
  })
}

const readEntity = (answer: Decoder): QuotaEntity =>
  answer.readArray(() => ({ type: answer.readString() ?? '', name: answer.readString() }))

function refuse(code: number, words: string | null): void {
  if (code !== 0) throw new Error(`the broker refused: ${words ?? `error ${code}`}`)
}

/** kafkajs 2.2.4 does not know these two requests; it sends what one gives it, in version 0, which has no tagged fields. */
async function ask<T>(
  kafka: Kafka,
  { encode, ...named }: { apiKey: number; apiName: string; encode: () => Encoder },
  read: (answer: Decoder) => T,
): Promise<T> {
  const cluster = clusterOf(kafka)
  const request = { ...named, apiVersion: 0 as const, encode: () => Promise.resolve(encode()) }
  const response = {
    // kafkajs looks for the time to wait in whatever is decoded, so that has to be an object
    decode: (data: Buffer) => Promise.resolve({ value: read(new Decoder(data)) }),
    parse: (data: { value: T }) => Promise.resolve(data),
  }
  try {
    await connected(kafka, cluster.connect())
    await cluster.refreshMetadataIfNecessary()
    const { connectionPool } = await cluster.findControllerBroker()
    const { value } = await connectionPool.send({ request, response })
    return value
  } finally {
    await farewell(() => cluster.disconnect())
  }
}

/** What kafkajs keeps its connections in; an admin client has one and does not hand it out. */
function clusterOf(kafka: Kafka): Cluster {
  const key = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === 'private:Kafka:createCluster')
  const make: unknown = key && Reflect.get(kafka, key)
  if (typeof make !== 'function') throw new Error('expected kafkajs 2.2.4, which makes clusters by private:Kafka:createCluster')
  return make.call(kafka, { allowAutoTopicCreation: false }) as Cluster
}
