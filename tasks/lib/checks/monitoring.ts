import { availableParallelism, loadavg } from 'node:os'
import { z } from 'zod'
import { certificateFiles, type Environment } from '../../../clients/environment.ts'
import { callHttps } from '../../../clients/https.ts'
import { monitoring as watchers } from '../monitoring.ts'
import { covers, excesses, silencesInForce } from '../silences.ts'
import { hasProgram } from '../stack.ts'
import { missingTool } from '../tools.ts'
import { type Claim, type Group, judged, prove, settled, type Subject, Unproven } from './check.ts'

const targetsShape = z.object({ data: z.object({ activeTargets: z.array(z.object({ labels: z.record(z.string(), z.string()), health: z.string(), lastError: z.string() })) }) })
const samplesShape = z.object({ data: z.object({ result: z.array(z.object({ metric: z.object({ instance: z.string() }), value: z.tuple([z.number(), z.coerce.number()]) })) }) })
const rulesShape = z.object({ data: z.object({ groups: z.array(z.object({ rules: z.array(z.object({ name: z.string(), type: z.string(), health: z.string(), lastError: z.string().optional() })) })) }) })

/** Every JVM and program is measured, every rule works, and alerts get through to the receiver. Nobody is told of the looking. */
export const monitoring: Group = {
  name: 'monitoring',
  about: 'all targets are up and quick, all rules work, alerts arrive',
  profile: 'monitoring',
  lacking: ({ env, services }) => {
    const { tool } = services.find((service) => service.profile === 'monitoring' && !hasProgram(env, service)) ?? {}
    return tool && missingTool(tool)
  },
  run: (subject) => prove('monitoring', [targetsAreUp(subject), scrapesAreShort(subject), rulesWork(subject), watchdogArrives(subject), silencesAreNarrow(subject), alertsHaveArrived(subject), telegramTakes(subject)]),
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
        const sick = activeTargets.filter(({ health }) => health !== 'up').map(({ labels, lastError, health }) => `${labels.instance}: ${lastError || health}`)
        const missing = watched.filter(({ name }) => !activeTargets.some(({ labels }) => labels.instance === name)).map(({ name }) => `${name}: not watched`)
        return judged(activeTargets.length > 0 && sick.length + missing.length === 0, [...sick, ...missing].join('; ') || `${activeTargets.length} up`)
      }),
  }
}

const scrapeAtMostMs = 50
/** Of the 20 that 5 minutes bring. A JVM that has just started is cold, and so are the machine's caches. */
const scrapesAtLeast = 12
/** Processes a core that want to run; above that, a slow answer says nothing about who gives it. */
const busyAbove = 2

/** The middle one of some minutes that have brought something: one may have met with a busy machine. */
function scrapesAreShort({ env, services }: Subject): Claim {
  const jvms = services.filter(({ profile, environment }) => env.profiles.includes(profile) && environment.METRICS_PORT).map(({ name }) => name)
  const over5Minutes = (how: string) => `${how}(scrape_duration_seconds{path!="",instance=~"${jvms.join('|')}"} and up == 1)[5m:15s])`
  const samples = async (query: string) => (await ask(env, `/api/v1/query?${new URLSearchParams({ query })}`, samplesShape)).data.result.map(({ metric, value: [, value] }) => ({ jvm: metric.instance, value }))
  return {
    name: 'a scrape is short on every JVM',
    expected: `at most ${scrapeAtMostMs} ms, the median of 5 minutes`,
    look: async () => {
      const counts = await samples(over5Minutes('count_over_time('))
      const few = jvms.map((jvm) => ({ jvm, count: counts.find((each) => each.jvm === jvm)?.value ?? 0 })).filter(({ count }) => count < scrapesAtLeast)
      if (few[0]) throw new Unproven(`${few[0].jvm} was scraped ${few[0].count} times within 5 minutes, ${scrapesAtLeast} are needed`, 'task check -- monitoring, when everything has run for 5 minutes')
      const medians = (await samples(over5Minutes('quantile_over_time(0.5, '))).map(({ jvm, value }) => ({ jvm, ms: value * 1000 }))
      const slow = medians.filter(({ ms }) => ms > scrapeAtMostMs).map(({ jvm, ms }) => `${jvm}: ${ms.toFixed(0)} ms`)
      const load = loadavg()[1] ?? 0
      if (slow.length > 0 && load > busyAbove * availableParallelism()) throw new Unproven(`${slow.join(', ')}, and the machine is busy: load ${load.toFixed(0)}`, 'task check -- monitoring, when the machine is not busy')
      return judged(slow.length === 0, slow.join(', ') || `${medians.length} JVMs, the slowest ${Math.max(...medians.map(({ ms }) => ms)).toFixed(0)} ms`)
    },
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
        return judged(alerting > 0 && sick.length === 0, sick.join('; ') || `${alerting} alerting rules`)
      }),
  }
}

/** Alertmanager repeats it every minute, without anybody being told. */
const watchdogFreshMs = 3 * 60_000

function watchdogArrives({ env }: Subject): Claim {
  return {
    name: 'the alert that always fires keeps arriving',
    expected: `Watchdog at the receiver within ${watchdogFreshMs / 60_000} minutes, active at Alertmanager`,
    look: () =>
      settled(async () => {
        const { received, active } = watchers(env)
        const last = (await received()).findLast(({ labels }) => labels.alertname === 'Watchdog')
        const isActive = (await active()).some(({ labels }) => labels.alertname === 'Watchdog')
        const ageMs = last ? Date.now() - Date.parse(last.receivedAt) : Number.POSITIVE_INFINITY
        return judged(isActive && ageMs < watchdogFreshMs, `${last ? `${Math.round(ageMs / 1000)} s ago` : 'not'} at the receiver, ${isActive ? '' : 'not '}active`)
      }),
  }
}

function silencesAreNarrow({ env }: Subject): Claim {
  return {
    name: 'no silence hides that alerts arrive, or lasts for long',
    expected: 'none that covers Watchdog or lasts longer than a week',
    look: async () => {
      const inForce = await silencesInForce(watchers(env))
      const found = inForce.map((silence) => ({ silence, why: excesses(silence) })).filter(({ why }) => why.length > 0)
      const told = found.map(({ silence, why }) => `${covers(silence)}, by ${silence.createdBy}, ${why.join(', ')}: task alerts -- unsilence ${silence.id}`)
      return judged(found.length === 0, told.join('; ') || 'none')
    },
  }
}

/** By what has happened already: an alert of our own would be news to whoever looks at the receiver. */
function alertsHaveArrived({ env }: Subject): Claim {
  return {
    name: 'an alert has arrived, and its end',
    expected: 'one that the receiver was told of twice',
    look: async () => {
      const told = (await watchers(env).received()).filter(({ labels }) => labels.alertname !== 'Watchdog')
      const ended = told.findLast(({ status, labels }, index) => status === 'resolved' && told.slice(0, index).some((other) => other.status === 'firing' && keyOf(other.labels) === keyOf(labels)))
      if (!ended) throw new Unproven('no alert has come and gone of late', 'task alerts -- test')
      return judged(true, `${ended.labels.alertname}, over at ${ended.receivedAt}`)
    },
  }
}

const keyOf = (labels: Record<string, string>) => JSON.stringify(Object.entries(labels).sort())

function telegramTakes({ env }: Subject): Claim {
  return {
    name: 'Telegram takes messages, where it is configured',
    expected: 'the last one delivered, or not configured',
    look: async () => {
      const { configured, problem, deliveredAt } = await watchers(env).telegram()
      if (!configured) return judged(true, 'not configured')
      if (!problem && !deliveredAt) throw new Unproven('configured, and nothing was sent since the receiver started', 'task alerts -- test')
      return judged(problem === '', problem || `the last one at ${deliveredAt}`)
    },
  }
}
