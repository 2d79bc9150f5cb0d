import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type Environment, onCluster } from '../../../clients/environment.ts'
import { followTopic, kafkaClient, topicOffsets } from '../../../clients/kafka.ts'
import { withPostgres } from '../../../clients/postgres.ts'
import { runApp } from '../apps.ts'
import { family } from '../checks/listeners.ts'
import { ingest } from '../lake.ts'
import { recommend } from '../recommendations.ts'
import { until } from '../until.ts'
import type { Benchmark, Measure } from './measure.ts'

const topic = 'client.events'
const scenarios = [
  { name: '100,000 events', events: 100_000, users: 2_000, seed: 7 },
  { name: '900,000 more', events: 900_000, users: 20_000, seed: 8 },
]

/** From simulated events to the lists that are served, and how the cost grows with their number. */
export const analytics: Benchmark = {
  name: 'analytics',
  needs: 'platform',
  run: async (env, progress) => {
    await runApp(env, 'shop-api', ['send', 'data/products.json'], z.unknown())
    progress('warm up')
    await simulate(env, { events: 5_000, users: 200, seed: 1 })
    await learn(env)
    const [measures, sums]: [Measure[], number[]] = [[], []]
    const peak = watchMemory()
    for (const { name, ...scenario } of scenarios) {
      progress(`${name}: simulated and copied`)
      const { perSecond, copied } = await simulate(env, scenario)
      progress(`${name}: ingest, recommend, serve`)
      const { ingested, recommended, served } = await learn(env)
      sums.push(ingested + recommended + served)
      measures.push(
        { what: `${name} simulated, to Kafka`, value: perSecond, unit: 'events/s', target: { atLeast: 20_000 } },
        { what: `${name}, from the first to the last copy`, value: copied, unit: 's' },
        { what: `${name}, ingest`, value: ingested, unit: 's' },
        { what: `${name}, recommend to all users`, value: recommended, unit: 's' },
        { what: `${name}, until all lists are served`, value: served, unit: 's' },
      )
    }
    const [small = Number.NaN, large = Number.NaN] = sums
    return [
      ...measures,
      { what: 'ingest, recommend and serve 100,000 events', value: small, unit: 's', target: { atMost: 60 } },
      { what: 'the same for ten times as many', value: large / small, unit: '×', target: { atMost: 10 } },
      { what: 'most memory of a job, resident', value: peak(), unit: 'MiB' },
    ]
  },
}

/** Sends events and waits for the last copy on the analytics cluster; that takes `copied` seconds in all. */
async function simulate(env: Environment, { events, users, seed }: { events: number; users: number; seed: number }): Promise<{ perSecond: number; copied: number }> {
  const copy = kafkaClient(onCluster(env, 'analytics'), 'operator')
  const { end } = await topicOffsets(copy, topic)
  const started = performance.now()
  const scenario = ['--users', String(users), '--events', String(events), '--seed', String(seed), '--products', 'data/products.json']
  const { sent, perSecond } = await runApp(env, 'client-api', ['simulate', ...scenario], z.object({ sent: z.int(), perSecond: z.number() }))
  let seen = 0
  await followTopic(copy, 'operator', { topic, from: end, awaited: `${sent} copies`, timeoutMs: 300_000, onRecord: () => ++seen >= sent })
  return { perSecond, copied: seconds(started) }
}

/** How many seconds it takes until what is in the topic has become lists in PostgreSQL, by part. */
async function learn(env: Environment): Promise<{ ingested: number; recommended: number; served: number }> {
  const [started, since] = [performance.now(), new Date().toISOString()]
  await ingest(env, { batch: '500000' })
  const ingested = seconds(started)
  const { records } = await recommend(env)
  const recommended = seconds(started)
  await withPostgres(env, 'operator', (db) =>
    until({ code: 'BENCH_ANALYTICS', awaited: `${records} lists in PostgreSQL`, timeoutMs: 120_000, everyMs: 200, hint: 'task logs -- connect' }, async () => {
      const { rows } = await db.query("select count(*)::int as lists from recommendations where doc ->> 'computed_at' >= $1", [since])
      const [{ lists }] = z.tuple([z.object({ lists: z.int() })]).parse(rows)
      return lists >= records || `${lists}`
    }),
  )
  return { ingested, recommended: recommended - ingested, served: seconds(started) - recommended }
}

const seconds = (started: number) => (performance.now() - started) / 1000

/** Looks at the jobs that this process runs, now and again; the call that is returned ends it and says the most, in MiB. */
function watchMemory(): () => number {
  let most = 0
  const timer = setInterval(() => {
    for (const pid of family(process.pid)) most = Math.max(most, peakMib(pid))
  }, 500)
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
