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

/** How many events there are, and a sum over the place, user and id of each, which knows no order. */
export type Inventory = { count: number; digest: string }

const offsets = z.record(z.string(), z.int())
const held = z.object({ count: z.int(), digest: z.string(), until: offsets, quarantined: z.record(z.string(), z.array(z.int())), listed: z.array(z.string()), listedUntil: offsets })

/**
 * What the lake holds: events, those in the quarantine included, `until` which offsets, where those in the quarantine were,
 * and the ids of `listed` products.
 *
 * @param options only events `since` these offsets, for Kafka forgets, the lake does not; `alive` is told that the job goes on
 */
export async function inventory(env: Environment, { since = new Map(), alive }: { since?: Offsets; alive?: (text: string) => void } = {}): Promise<z.infer<typeof held>> {
  const from = JSON.stringify(Object.fromEntries([...since].map(([partition, offset]) => [partition, Number(offset)])))
  const lines = await run(env, 'what the lake holds', 'Inventory', { ...place(env), since: from }, alive)
  return held.parse(lines.at(-1))
}

const identified = z.object({ event_id: z.string() })

/**
 * The events of a cluster's topic.
 *
 * @param options only events before the offsets of `until`, none of other partitions; those `quarantined` in the lake are told
 *   by their place alone, whatever they say
 */
export async function eventsInTopic(env: Environment, options: Partial<Pick<z.infer<typeof held>, 'until' | 'quarantined'>> & { alive?: (text: string) => void } = {}): Promise<Inventory> {
  const { until, quarantined = {}, alive = () => {} } = options
  const malformed = new Map(Object.entries(quarantined).map(([partition, list]) => [Number(partition), new Set(list)]))
  let [count, sum] = [0, 0n]
  await readTopic(kafkaClient(env, 'operator'), 'operator', 'client.events', ({ partition, offset, key, value }) => {
    if (until && Number(offset) >= (until[partition] ?? 0)) return
    const id = identified.safeParse(parsed(value)).data?.event_id
    const said = malformed.get(partition)?.has(Number(offset)) ? ['malformed'] : [...(key === null ? [] : [key]), ...(id === undefined ? [] : [id])]
    if (++count % 10_000 === 0) alive(`${count} events of the topic`)
    sum += BigInt(`0x${createHash('sha256').update([String(partition), offset, ...said].join(' ')).digest('hex').slice(0, 12)}`)
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

/** @param alive given, the job is part of something else, and is no step of its own */
function run(env: Environment, title: string, main: string, args: Record<string, string>, alive?: (text: string) => void): Promise<Line[]> {
  const work = (progress: (text: string) => void) => submit(env, { module: 'lake', main: `ru.vygodno.lake.${main}`, arguments: args }, (line) => progress(describe(line)))
  return alive ? work(alive) : step(title, work)
}

function describe({ stage, feed, batch, rows, name }: Line): string {
  return [stage, feed, name, batch === undefined ? '' : `batch ${String(batch)}`, typeof rows === 'number' ? `${rows} rows` : ''].filter(Boolean).join(' ')
}
