import { z } from 'zod'
import { certificateFiles, type Environment } from '../../../clients/environment.ts'
import { callHttps } from '../../../clients/https.ts'
import { monitoring as watchers } from '../monitoring.ts'
import { sendTestAlert } from '../test-alert.ts'
import { type Claim, type Group, prove, type Subject } from './check.ts'
import { settled } from './storage.ts'

const targetsShape = z.object({ data: z.object({ activeTargets: z.array(z.object({ labels: z.record(z.string(), z.string()), health: z.string(), lastError: z.string() })) }) })
const samplesShape = z.object({ data: z.object({ result: z.array(z.object({ metric: z.object({ instance: z.string() }), value: z.tuple([z.number(), z.coerce.number()]) })) }) })
const rulesShape = z.object({ data: z.object({ groups: z.array(z.object({ rules: z.array(z.object({ name: z.string(), type: z.string(), health: z.string(), lastError: z.string().optional() })) })) }) })

/** Every JVM and program is measured, every rule works, and an alert gets through to the receiver. */
export const monitoring: Group = {
  name: 'monitoring',
  about: 'all targets are up and quick, all rules work, alerts arrive',
  profile: 'monitoring',
  run: (subject) => prove('monitoring', [targetsAreUp(subject), scrapesAreShort(subject), rulesWork(subject), watchdogArrives(subject), alertsArrive(subject)]),
}

async function ask<T>(env: Environment, path: string, shape: z.ZodType<T>): Promise<T> {
  const url = new URL(path, `https://${env.host}:${env.variables.PROMETHEUS_PORT}`)
  const { status, text } = await callHttps(url, certificateFiles(env, 'monitor', 'monitoring-ca'), { timeoutMs: 5_000 })
  if (status !== 200) throw new Error(`Prometheus answers ${status}`)
  return shape.parse(JSON.parse(text))
}

function targetsAreUp({ env, services }: Subject): Claim {
  const watched = services.filter(({ profile, environment }) => env.profiles.includes(profile) && environment.METRICS_PORT)
  return {
    name: 'Prometheus reaches its targets',
    expected: `all up, ${watched.map(({ name }) => name).join(', ')} among them`,
    look: () =>
      settled(async () => {
        const { activeTargets } = (await ask(env, '/api/v1/targets?state=active', targetsShape)).data
        const sick = activeTargets.filter(({ health }) => health !== 'up').map(({ labels, lastError }) => `${labels.instance}: ${lastError}`)
        const missing = watched.filter(({ name }) => !activeTargets.some(({ labels }) => labels.instance === name)).map(({ name }) => `${name}: not watched`)
        return { ok: activeTargets.length > 0 && sick.length + missing.length === 0, seen: [...sick, ...missing].join('; ') || `${activeTargets.length} up` }
      }),
  }
}

const scrapeAtMostMs = 50

/** The middle one of some minutes that have brought something: one may have met with a busy machine or a cold JVM. */
function scrapesAreShort({ env, services }: Subject): Claim {
  const jvms = services.filter(({ profile, environment }) => env.profiles.includes(profile) && environment.METRICS_PORT).map(({ name }) => name)
  return {
    name: 'a scrape is short on every JVM',
    expected: `at most ${scrapeAtMostMs} ms, the median of 5 minutes`,
    look: () =>
      settled(async () => {
        const query = new URLSearchParams({ query: `quantile_over_time(0.5, (scrape_duration_seconds{path!="",instance=~"${jvms.join('|')}"} and up == 1)[5m:15s]) * 1000` })
        const { result } = (await ask(env, `/api/v1/query?${query}`, samplesShape)).data
        const slow = result.filter(({ value: [, ms] }) => ms > scrapeAtMostMs).map(({ metric, value: [, ms] }) => `${metric.instance}: ${ms.toFixed(0)} ms`)
        const slowest = Math.max(...result.map(({ value: [, ms] }) => ms))
        return { ok: result.length === jvms.length && slow.length === 0, seen: slow.join(', ') || `${result.length} JVMs, the slowest ${slowest.toFixed(0)} ms` }
      }),
  }
}

function rulesWork({ env }: Subject): Claim {
  return {
    name: 'every rule is loaded and can be evaluated',
    expected: 'alerting rules, each healthy',
    look: () =>
      settled(async () => {
        const rules = (await ask(env, '/api/v1/rules', rulesShape)).data.groups.flatMap((group) => group.rules)
        const sick = rules.filter(({ health }) => health !== 'ok').map(({ name, health, lastError }) => `${name}: ${lastError ?? health}`)
        const alerting = rules.filter(({ type }) => type === 'alerting').length
        return { ok: alerting > 0 && sick.length === 0, seen: sick.join('; ') || `${alerting} alerting rules` }
      }),
  }
}

function watchdogArrives({ env }: Subject): Claim {
  return {
    name: 'the alert that always fires has arrived',
    expected: 'Watchdog at the receiver, active at Alertmanager',
    look: () =>
      settled(async () => {
        const { received, active } = watchers(env)
        const [stored, now] = [await received(), await active()]
        const seen = [stored.some(({ labels }) => labels.alertname === 'Watchdog') ? '' : 'not at the receiver', now.some(({ labels }) => labels.alertname === 'Watchdog') ? '' : 'not active'].filter(Boolean)
        return { ok: seen.length === 0, seen: seen.join(', ') || 'both' }
      }),
  }
}

function alertsArrive({ env }: Subject): Claim {
  return {
    name: 'a test alert arrives, and its end',
    expected: 'both within 15 s each',
    timeoutMs: 60_000,
    look: async () => {
      const { firingMs, resolvedMs, telegram } = await sendTestAlert(env, () => {})
      return { ok: true, seen: `firing after ${firingMs} ms, resolved after ${resolvedMs} ms; Telegram ${telegram}` }
    },
  }
}
