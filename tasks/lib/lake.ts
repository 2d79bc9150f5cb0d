import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { certificateFiles, type Environment } from '../../clients/environment.ts'
import { kafkaClient, type Offsets, readTopic } from '../../clients/kafka.ts'
import { step } from '../../clients/terminal.ts'
import { type Line, submit } from './spark.ts'

const ingested = z.object({ stage: z.literal('ingested'), feed: z.string(), batches: z.int(), rows: z.int(), quarantined: z.int(), files: z.int() })
const compacted = z.object({ stage: z.literal('compacted'), feed: z.string(), before: z.int(), after: z.int() })

const funnel = z.object({ views: z.int(), carts: z.int(), purchases: z.int(), reviews: z.int(), conversion: z.number() })
/** What `task analytics -- report --json` prints. */
export const reportShape = z.object({
  totals: z.tuple([
    z.object({ events: z.int(), users: z.int(), first_day: z.string(), last_day: z.string(), views: z.int(), carts: z.int(), purchases: z.int(), reviews: z.int(), searches: z.int(), recommendations: z.int() }),
  ]),
  'funnel-by-category': z.array(funnel.extend({ category: z.string() })),
  'funnel-by-brand': z.array(funnel.extend({ brand: z.string() })),
  'trending-products': z.array(z.object({ product_id: z.string(), name: z.string(), category: z.string(), recent: z.int(), before: z.int(), growth: z.number() })),
  'revenue-by-day': z.array(z.object({ day: z.string(), currency: z.string().prefault(''), revenue: z.number(), orders: z.int(), units: z.int().prefault(0), buyers: z.int() })),
  'searches-without-results': z.array(z.object({ term: z.string(), without_results: z.int(), searches: z.int(), users: z.int(), last_day: z.string() })),
})

/** What customers did, as Spark counted it; days are UTC, money in the currency that stands beside it. */
export type Report = z.infer<typeof reportShape>

const place = (env: Environment) => ({ lake: `${env.hdfs.url}${env.variables.LAKE}` })
const lock = (env: Environment) => ({ lock: join(env.stack, 'run', 'lake.lock') })

/**
 * Brings what is new in the topics into the lake.
 *
 * @param options `batch` records at most are committed at once; `follow` seconds pass between two looks, without it the
 *   job ends when all that was there has been read
 * @returns what was added, by feed
 */
export async function ingest(env: Environment, options: { batch: string; follow?: string }) {
  const files = certificateFiles(env, 'analytics')
  const kafka = { brokers: env.clusters.analytics.brokers.join(','), keystore: files.bundle, truststore: files.ca }
  const lines = await run(env, 'ingest', 'Ingest', { ...place(env), ...lock(env), ...kafka, ...options })
  return lines.flatMap((line) => ingested.safeParse(line).data ?? [])
}

/** Makes one file of the small ones of each partition; returns how many there were and are, by feed. */
export async function compact(env: Environment) {
  const lines = await run(env, 'compact', 'Compact', { ...place(env), ...lock(env) })
  return lines.flatMap((line) => compacted.safeParse(line).data ?? [])
}

/** Computes the reports and writes them below `reports/` in the lake. */
export async function report(env: Environment): Promise<Report> {
  const lines = await run(env, 'report', 'Report', place(env))
  return reportShape.parse(Object.fromEntries(lines.flatMap(({ name, rows }) => (typeof name === 'string' ? [[name, rows]] : []))))
}

/** How many events there are, and a sum over partition, key and id of each, which knows no order. */
export type Inventory = { count: number; digest: string }

const held = z.object({ count: z.int(), digest: z.string(), until: z.record(z.string(), z.int()), listed: z.array(z.string()) })

/**
 * What the lake holds: events, those in the quarantine included, `until` which offsets, and the ids of `listed` products.
 *
 * @param since only events from these offsets on: Kafka forgets, the lake does not
 */
export async function inventory(env: Environment, since: Offsets = new Map()): Promise<z.infer<typeof held>> {
  const from = JSON.stringify(Object.fromEntries([...since].map(([partition, offset]) => [partition, Number(offset)])))
  const lines = await run(env, 'what the lake holds', 'Inventory', { ...place(env), since: from })
  return held.parse(lines.at(-1))
}

const identified = z.object({ event_id: z.string(), at: z.string() })

/**
 * The events of a cluster's topic; one without id or time is malformed for the lake, too.
 *
 * @param until only events before these offsets, none of other partitions
 */
export async function eventsInTopic(env: Environment, until?: Record<string, number>): Promise<Inventory> {
  let [count, sum] = [0, 0n]
  await readTopic(kafkaClient(env, 'operator'), 'operator', 'client.events', ({ partition, offset, key, value }) => {
    if (until && Number(offset) >= (until[partition] ?? 0)) return
    const id = identified.safeParse(parsed(value)).data?.event_id ?? 'malformed'
    count++
    sum += BigInt(`0x${createHash('sha256').update([String(partition), ...(key === null ? [] : [key]), id].join(' ')).digest('hex').slice(0, 12)}`)
  })
  return { count, digest: sum.toString() }
}

function parsed(value: Buffer | null): unknown {
  try {
    return JSON.parse(value?.toString() ?? '')
  } catch {
    return undefined
  }
}

function run(env: Environment, title: string, main: string, args: Record<string, string>): Promise<Line[]> {
  return step(title, (progress) => submit(env, { module: 'lake', main: `ru.vygodno.lake.${main}`, arguments: args }, (line) => progress(describe(line))))
}

function describe({ stage, feed, batch, rows, name }: Line): string {
  return [stage, feed, name, batch === undefined ? '' : `batch ${String(batch)}`, typeof rows === 'number' ? `${rows} rows` : ''].filter(Boolean).join(' ')
}
