import { atAlertmanager, atConnect, atHdfs, atPages, atTheReceiver } from './abuse-http.ts'
import { inKafka } from './abuse-kafka.ts'
import { inPostgres } from './abuse-postgres.ts'
import { ofRecords } from './abuse-records.ts'
import { type Group, prove } from './check.ts'

/**
 * What a weak certificate, or a program without any, would try to become more than it is or to stop the others. Each attack
 * is made so that it does nothing where it succeeds: it asks for what is then refused for another reason, or goes to a topic
 * made for it. What its doer may do of the kind is tried beside it.
 */
export const abuse: Group = {
  name: 'abuse',
  about: 'nobody becomes more than he is, and no hostile record gets in',
  run: async (subject) => {
    const { env, config, progress } = subject
    const claims = [...atConnect(env), ...inPostgres(env), ...inKafka(env, config), ...atPages(subject)]
    const ofMonitoring = env.profiles.includes('monitoring') ? [...atAlertmanager(subject), ...atTheReceiver(env)] : []
    const ofAnalytics = env.profiles.includes('analytics') ? atHdfs(env) : []
    const results = await prove('abuse', [...claims, ...ofMonitoring, ...ofAnalytics], { progress })
    // one after the other: each makes a topic and takes it away
    return [...results, ...(await prove('abuse', ofRecords(subject), { limit: 1, progress }))]
  },
}
