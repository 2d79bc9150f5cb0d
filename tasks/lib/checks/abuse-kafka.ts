import { readFileSync } from 'node:fs'
import { connect, type TLSSocket } from 'node:tls'
import { certificateFiles, type Environment } from '../../../clients/environment.ts'
import { clientQuotas } from '../../../clients/kafka-quotas.ts'
import { type Identity, openWire, Writer } from '../../../clients/wire.ts'
import type { Config } from '../config.ts'
import { until } from '../until.ts'
import { type Claim, judged } from './check.ts'

/** At the brokers: to keep all others waiting, or out. */
export function inKafka(env: Environment, config: Config): Claim[] {
  return [longTransaction(env), manyConnections(env), ...floods(env, config)]
}

const identityOf = (env: Environment, principal: string): Identity => {
  const { key, cert, ca } = certificateFiles(env, principal)
  return { key: readFileSync(key), cert: readFileSync(cert), ca: readFileSync(ca) }
}

const [apiVersions, initProducerId] = [18, 22]
// https://kafka.apache.org/protocol#protocol_error_codes; a broker that does not keep this transaction says 14, 15 or 16
const codes = new Map([[50, 'refused: INVALID_TRANSACTION_TIMEOUT'], ...[0, 14, 15, 16].map((code) => [code, 'taken'] as const)])

/** Until a transaction ends, what stands behind it is read by nobody. */
function longTransaction(env: Environment): Claim {
  const [broker = ''] = env.kafka.brokers
  const ask = async (transactionTimeoutMs: number) => {
    const wire = await openWire(broker, identityOf(env, 'moderator'))
    try {
      const answer = await wire.ask(initProducerId, 0, new Writer().string('moderator-abuse').int32(transactionTimeoutMs))
      const code = answer.skip(4).int16()
      return codes.get(code) ?? `error ${code}`
    } finally {
      wire.close()
    }
  }
  return { name: 'moderator opens a transaction for fifteen minutes', expected: 'refused: INVALID_TRANSACTION_TIMEOUT', look: () => ask(900_000) }
}

const most = 100
/** Jobs of Spark alone connect as this one, so that nobody else is refused meanwhile. */
const idle = 'analytics'

/** Connections that say nothing, one more than a principal may hold. */
function manyConnections(env: Environment): Claim {
  const address = env.kafka.brokers.at(-1) ?? ''
  const [host = '', port = ''] = address.split(':')
  const open = () => new Promise<TLSSocket>((resolve, reject) => {
    const socket = connect({ host, port: Number(port), ...identityOf(env, idle) }, () => resolve(socket)).on('error', reject)
  })
  const served = async (principal: string) => {
    const wire = await openWire(address, identityOf(env, principal))
    try {
      await wire.ask(apiVersions, 0, new Writer())
      return true
    } catch {
      return false
    } finally {
      wire.close()
    }
  }
  return {
    name: `${idle} takes ${most} connections to a broker and asks for one more`,
    expected: 'it is refused, moderator is served',
    look: async () => {
      const opened = await Promise.allSettled(Array.from({ length: most }, open))
      try {
        const awaited = { code: 'CHECK_FAILED', awaited: 'the next connection to be refused', timeoutMs: 5_000, hint: 'task plan -- services' }
        const refused = await until(awaited, async () => !(await served(idle)) || 'served').then(() => true, () => false)
        const other = await served('moderator')
        return judged(refused && other, `it is ${refused ? 'refused' : 'served'}, moderator is ${other ? 'served' : 'refused'}`)
      } finally {
        for (const each of opened) if (each.status === 'fulfilled') each.value.destroy()
      }
    },
  }
}

/** Whoever sends from outside is slowed down where he sends more than declared; that he is, is Kafka's own to keep. */
function floods(env: Environment, config: Config): Claim[] {
  const shown = (limits: Record<string, unknown> = {}) => Object.entries(limits).map(([key, value]) => `${key}=${String(value)}`).sort().join(', ') || 'no quota'
  const bounded = Object.entries(config.principals.clients).filter(([, { primary }]) => Object.keys(primary.quota).length > 0)
  return bounded.map(([principal, { primary }]): Claim => ({
    name: `${principal} floods the brokers`,
    expected: `slowed down: ${shown(primary.quota)}`,
    look: async () => {
      const found = (await clientQuotas(env, 'operator')).find(({ entity }) => entity.length === 1 && entity[0]?.type === 'user' && entity[0].name === principal)
      return `slowed down: ${shown(found?.limits)}`
    },
  }))
}
