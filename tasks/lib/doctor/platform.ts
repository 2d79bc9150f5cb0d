import { statfs } from 'node:fs/promises'
import { PrerequisiteError } from '../../../clients/errors.ts'
import { counted } from '../../../clients/terminal.ts'
import { isRotating } from '../authorities.ts'
import { listCertificates, renewalDays } from '../certificates.ts'
import { requireMachine } from '../limits/table.ts'
import { monitoring } from '../monitoring.ts'
import { requirePrograms } from '../prerequisites.ts'
import { type Change, inParts, plan, selectKinds, withContext, withoutRemovals } from '../reconcile.ts'
import { wantedCertificates } from '../resources/certs.ts'
import { registry } from '../resources/registry.ts'
import { showChanges, summarise } from '../show.ts'
import { excesses, covers, silencesInForce } from '../silences.ts'
import type { Examination, Finding } from './finding.ts'

/** The least part of a disk that is still comfortable; alert DiskNearlyFull asks for the same. */
const leastFree = 0.1

/** Programs, limits and disk of the machine. */
export const machine: Examination = {
  name: 'machine',
  look: async ({ env, services }) => {
    const refusals = await Promise.all([requirePrograms(['jdk', 'mvn', 'openssl']), requireMachine(env, services, [])].map((asked) => asked.then(() => [], asFinding)))
    const { bavail, blocks, bsize } = await statfs(env.stack).catch(() => ({ bavail: 1, blocks: 1, bsize: 0 }))
    const full: Finding[] = bavail / blocks < leastFree ? [{ kind: 'soon', what: `the disk of the stack is nearly full: ${Math.round((bavail * bsize) / 1024 ** 2)} MiB are left`, mend: `df -h ${env.stack}` }] : []
    return [...refusals.flat(), ...full]
  },
}

function asFinding(error: unknown): Finding[] {
  if (!(error instanceof PrerequisiteError)) throw error
  return [{ kind: 'wrong', what: error.message, mend: error.hint }]
}

/** Certificates that expire soon, and a replacement that was not finished. */
const certificates: Examination = {
  name: 'certificates',
  look: async ({ env, config }) => {
    const all = await listCertificates(env, wantedCertificates(config))
    // one that is missing is drift
    const due = all.filter(({ daysLeft, until }) => daysLeft < renewalDays && until !== 'missing')
    const begun: Finding[] = isRotating(env) ? [{ kind: 'wrong', what: 'the CAs are being replaced, and that was not finished', mend: 'task certs -- rotate --ca' }] : []
    return [...begun, ...due.map(({ name, daysLeft, until }): Finding => ({ kind: daysLeft > 0 ? 'soon' : 'wrong', what: `the certificate of ${name} ${daysLeft > 0 ? `expires in ${counted(daysLeft, 'day')}` : 'has expired'}`, why: `valid until ${until}`, mend: 'task up' }))]
  },
}

/** What config/ declares and the platform has not. */
const drift: Examination = {
  name: 'drift',
  needs: ({ services }) => services.filter(({ name }) => /^(kafka-1|analytics-1|postgres|connect|mirror|namenode)$/.test(name)).map(({ name }) => name),
  look: async ({ env }) => {
    const changes: Change[] = []
    await withContext(async (context) => {
      for (const part of inParts(selectKinds(registry, [], env.profiles))) changes.push(...(await plan(context, part, changes)))
    })
    if (changes.length === 0) return []
    const lines = showChanges(changes).split('\n').map((line) => (line.length > 120 ? `${line.trim().slice(0, 119)}…` : line.trim()))
    return [{ kind: 'wrong', what: `the platform is not as declared: ${summarise(changes)}`, why: `${lines.slice(0, 5).join('; ')}${lines.length > 5 ? ' …' : ''}`, mend: withoutRemovals(changes).length > 0 ? 'task apply' : 'task apply -- --prune' }]
  },
}

/** What monitoring has noticed, and what keeps people from hearing of it. */
const alerts: Examination = {
  name: 'alerts',
  profile: 'monitoring',
  needs: () => ['alertmanager', 'alert-receiver'],
  look: async ({ env }) => {
    const watchers = monitoring(env)
    const [active, silences] = await Promise.all([watchers.active(), silencesInForce(watchers)])
    const firing = active.filter(({ labels, status }) => labels.alertname !== 'Watchdog' && status.inhibitedBy.length === 0)
    return [
      ...firing.map(({ labels, annotations, startsAt }): Finding => ({ kind: 'wrong', what: `alert ${labels.alertname}: ${annotations.summary ?? ''}`, since: startsAt, mend: annotations.runbook ?? 'task alerts' })),
      ...silences.flatMap((silence) => excesses(silence).map((excess): Finding => ({ kind: 'wrong', what: `a silence of ${covers(silence)} ${excess}`, since: silence.startsAt, why: `${silence.comment}, by ${silence.createdBy}`, mend: `task alerts -- unsilence ${silence.id}` }))),
    ]
  },
}

export const platform: Examination[] = [certificates, drift, alerts]
