import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type Environment, onCluster } from '../../../clients/environment.ts'
import { followTopic, kafkaClient, topicOffsets } from '../../../clients/kafka.ts'
import { withPostgres } from '../../../clients/postgres.ts'
import { runApp } from '../apps.ts'
import { ingest } from '../lake.ts'
import { recommend } from '../recommendations.ts'
import { until } from '../until.ts'
import { family } from '../usage.ts'
import type { Benchmark, Measure } from './measure.ts'

const topic = 'client.events'
type Scenario = { name: string; events: number; users: number; seed: number }
const warmUp: Scenario = { name: 'warm up', events: 5_000, users: 200, seed: 1 }
const few: Scenario = { name: '100,000 events', events: 100_000, users: 2_000, seed: 7 }
const more: Scenario = { name: '900,000 more', events: 900_000, users: 18_000, seed: 8 }
const many: Scenario = { name: '9,000,000 more', events: 9_000_000, users: 180_000, seed: 9 }

/** From simulated events to the lists that are served. */
export const analytics: Benchmark = {
  name: 'analytics',
  needs: 'platform',
  run: async (env, progress) => {
    const { measures, costs } = await learnFrom(env, progress, [warmUp, few])
    return [...measures, { what: 'ingest, recommend and serve 100,000 events', value: costs.at(-1) ?? Number.NaN, unit: 's', target: { atMost: 60 } }]
  },
}

/** How the cost of the same grows with the number of events. */
export const growth: Benchmark = {
  name: 'growth',
  needs: 'platform',
  onRequest: true,
  run: async (env, progress) => {
    const { measures, costs } = await learnFrom(env, progress, [warmUp, few, more, many])
    const ratio = (which: number) => (costs[which] ?? Number.NaN) / (costs[which - 1] ?? Number.NaN)
    return [
      ...measures,
      { what: 'cost from 100,000 to 1,000,000 events', value: ratio(1), unit: '×', target: { atMost: 10 } },
      { what: 'cost from 1,000,000 to 10,000,000 events', value: ratio(2), unit: '×', target: { atMost: 10 } },
    ]
  },
}

/** Every scenario's events are added to those before it; `costs` are the seconds of ingest, recommend and serve. */
async function learnFrom(env: Environment, progress: (text: string) => void, scenarios: Scenario[]): Promise<{ measures: Measure[]; costs: number[] }> {
  await runApp(env, 'shop-api', ['send', 'data/products.json'], z.unknown())
  const [measures, costs]: [Measure[], number[]] = [[], []]
  for (const scenario of scenarios) {
    const { name } = scenario
    progress(`${name}: simulated and copied`)
    const { perSecond, copied } = await simulate(env, scenario)
    progress(`${name}: ingest, recommend, serve`)
    const { ingested, recommended, served, peakMib } = await learn(env)
    // the first jobs of a stack write their class archives
    if (scenario === warmUp) continue
    costs.push(ingested + recommended + served)
    measures.push(
      { what: `${name} simulated, to Kafka`, value: perSecond, unit: 'events/s', target: { atLeast: 20_000 } },
      { what: `${name}, from the first to the last copy`, value: copied, unit: 's' },
      { what: `${name}, ingest`, value: ingested, unit: 's' },
      { what: `${name}, recommend to all users`, value: recommended, unit: 's' },
      { what: `${name}, until all lists are served`, value: served, unit: 's' },
      { what: `${name}, most memory of a job, resident`, value: peakMib, unit: 'MiB' },
    )
  }
  return { measures, costs }
}

/** Sends events and waits for the last copy on the analytics cluster; that takes `copied` seconds in all. */
async function simulate(env: Environment, { events, users, seed }: Scenario): Promise<{ perSecond: number; copied: number }> {
  const copy = kafkaClient(onCluster(env, 'analytics'), 'operator')
  const { end } = await topicOffsets(copy, topic)
  const started = performance.now()
  const scenario = ['--users', String(users), '--events', String(events), '--seed', String(seed), '--products', 'data/products.json']
  const { sent, perSecond } = await runApp(env, 'client-api', ['simulate', ...scenario], z.object({ sent: z.int(), perSecond: z.number() }))
  let seen = 0
  await followTopic(copy, 'operator', { topic, from: end, awaited: `${sent} copies`, timeoutMs: 3_600_000, onRecord: () => ++seen >= sent })
  return { perSecond, copied: seconds(started) }
}

/** How many seconds it takes until what is in the topic has become lists in PostgreSQL, by part, and the most memory of a job meanwhile. */
async function learn(env: Environment): Promise<{ ingested: number; recommended: number; served: number; peakMib: number }> {
  const peak = watchMemory()
  const [started, since] = [performance.now(), new Date().toISOString()]
  await ingest(env, { batch: '500000' })
  const ingested = seconds(started)
  const { records } = await recommend(env)
  const recommended = seconds(started)
  const peakMib = peak()
  await withPostgres(env, 'operator', (db) =>
    until({ code: 'BENCH_ANALYTICS', awaited: `${records} lists in PostgreSQL`, timeoutMs: 600_000, everyMs: 500, hint: 'task logs -- connect' }, async () => {
      const { rows } = await db.query("select count(*)::int as lists from recommendations where doc ->> 'computed_at' >= $1", [since])
      const [{ lists }] = z.tuple([z.object({ lists: z.int() })]).parse(rows)
      return lists >= records || `${lists}`
    }),
  )
  return { ingested, recommended: recommended - ingested, served: seconds(started) - recommended, peakMib }
}

const seconds = (started: number) => (performance.now() - started) / 1000

/** Looks at the jobs that this process runs, now and again; the call that is returned ends it and says the most, in MiB. */
function watchMemory(): () => number {
  let most = 0
  const timer = setInterval(() => {
    for (const pid of family(process.pid)) most = Math.max(most, peakMib(pid))
  }, 500).unref()
  return () => {
    clearInterval(timer)
    return most
  }
}

/** Of a job of Spark; 0 for any other process (proc(5), VmHWM). */
function peakMib(pid: number): number {
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('SparkSubmit')) return 0
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0 // it has ended meanwhile
  }
}
