import { askAnyBroker } from './any-broker.ts'
import type { Environment } from './environment.ts'
import { type Reader, Writer } from './wire.ts'

/** Whom a quota is for: entity types (user, client-id, ip) with names; none is whoever has no quota of his own. */
export type QuotaEntity = { type: string; name: string }[]
/** The limits of one entity, by Kafka's own keys: producer_byte_rate in bytes a second and broker, for example. */
export type Quota = { entity: QuotaEntity; limits: Record<string, number> }

const describe = { api: 48, version: 0 }
const alter = { api: 49, version: 0 }

/**
 * The quotas of a cluster, of whomever (KIP-546, DescribeClientQuotas).
 *
 * @throws InfraError in the broker's words, when it refuses, or when none answers
 */
export function clientQuotas(env: Environment, principal: string): Promise<Quota[]> {
  return askAnyBroker(env, principal, async (wire) => {
    // no filter: of all entities
    const answer = await wire.ask(describe.api, describe.version, new Writer().int32(0).int8(0))
    answer.skip(4)
    refuse(answer.int16(), answer.string())
    return answer.array(() => ({
      entity: readEntity(answer),
      limits: Object.fromEntries(answer.array(() => [answer.string(), answer.double()])),
    }))
  })
}

/**
 * Sets limits, and lifts those that are undefined (KIP-546, AlterClientQuotas); all or none of an entity's. A broker hands
 * it on to the controller.
 *
 * @throws InfraError in the broker's words, when it refuses one, or when none answers
 */
export function alterClientQuotas(
  env: Environment,
  principal: string,
  quotas: { entity: QuotaEntity; limits: Record<string, number | undefined> }[],
): Promise<void> {
  const body = new Writer().array(quotas, (writer, { entity, limits }) => {
    writer.array(entity, (each, { type, name }) => each.string(type).string(name || null))
    writer.array(Object.entries(limits), (each, [key, limit]) => {
      each.string(key).double(limit ?? 0).int8(limit === undefined ? 1 : 0)
    })
  })
  return askAnyBroker(env, principal, async (wire) => {
    const answer = (await wire.ask(alter.api, alter.version, body.int8(0))).skip(4)
    const refusals = answer.array(() => ({ code: answer.int16(), words: answer.string(), entity: readEntity(answer) }))
    for (const { code, words } of refusals) refuse(code, words)
  })
}

const readEntity = (answer: Reader): QuotaEntity => answer.array(() => ({ type: answer.string(), name: answer.string() }))

function refuse(code: number, words: string): void {
  if (code !== 0) throw new Error(`the broker refused: ${words || `error ${code}`}`)
}
