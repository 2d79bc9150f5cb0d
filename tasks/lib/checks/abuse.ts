import { readFileSync } from 'node:fs'
import { certificateFiles, type Environment } from '../../../clients/environment.ts'
import { openWire, Writer } from '../../../clients/wire.ts'
import { atConnect, atHdfs, atTheReceiver } from './abuse-http.ts'
import { inPostgres } from './abuse-postgres.ts'
import { ofRecords } from './abuse-records.ts'
import { type Claim, type Group, prove } from './check.ts'

/**
 * What a weak certificate, or a program without any, would try to become more than it is or to stop the others. Each attack
 * is made so that it does nothing where it succeeds: it asks for what is then refused for another reason, or goes to a topic
 * made for it. What its doer may do of the kind is tried beside it.
 */
export const abuse: Group = {
  name: 'abuse',
  about: 'nobody becomes more than he is, and no hostile record gets in',
  run: async (subject) => {
    const { env, progress } = subject
    const claims = [...atConnect(env), ...inPostgres(env), ...longTransactions(env)]
    const ofOthers = [...(env.profiles.includes('monitoring') ? atTheReceiver(env) : []), ...(env.profiles.includes('analytics') ? atHdfs(env) : [])]
    const results = await prove('abuse', [...claims, ...ofOthers], { progress })
    // one after the other: each makes a topic and takes it away
    return [...results, ...(await prove('abuse', ofRecords(subject), { limit: 1, progress }))]
  },
}

const initProducerId = 22
// https://kafka.apache.org/protocol#protocol_error_codes; a broker that does not keep this transaction says 14, 15 or 16
const codes = new Map([[50, 'refused: INVALID_TRANSACTION_TIMEOUT'], ...[0, 14, 15, 16].map((code) => [code, 'taken'] as const)])

/** Until a transaction ends, what stands behind it is read by nobody. */
function longTransactions(env: Environment): Claim[] {
  const [broker = ''] = env.kafka.brokers
  const ask = async (transactionTimeoutMs: number) => {
    const { key, cert, ca } = certificateFiles(env, 'moderator')
    const wire = await openWire(broker, { key: readFileSync(key), cert: readFileSync(cert), ca: readFileSync(ca) })
    try {
      const answer = await wire.ask(initProducerId, 0, new Writer().string('moderator-abuse').int32(transactionTimeoutMs))
      const code = answer.skip(4).int16()
      return codes.get(code) ?? `error ${code}`
    } finally {
      wire.close()
    }
  }
  return [{ name: 'moderator opens a transaction for fifteen minutes', expected: 'refused: INVALID_TRANSACTION_TIMEOUT', look: () => ask(900_000) }]
}
