import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { kafkaClient, producerOf } from '../../clients/kafka.ts'
import { type Queryable, withPostgres } from '../../clients/postgres.ts'
import { bannedCanaryId, canaryId, type Product } from '../../clients/product.ts'
import { monitoringIdentity, monitoringStore, topicOf } from '../../clients/stores.ts'
import type { Collector } from './collector.ts'
import { lasting } from './lasting.ts'
import { bannedCanaries, bannedCanaryState, canaryLatency, canaryRuns } from './metrics.ts'
import { readOn } from './reading.ts'

const topic = topicOf(monitoringIdentity)
const givenUpAfterMs = 20_000
const lookEveryMs = 50
const heldEveryMs = 500

/** What becomes of the one that must be held back. */
const fates = ['held', 'passed', 'late'] as const
type Fate = (typeof fates)[number]

/**
 * Sends two products as a store does that has an identity of its own. Of one it measures until it has come through filter, topic and sink; the other one a
 * reserved rule must hold back, and the filter's audit has to say so. A trigger of PostgreSQL (008_banned_canary.sql) keeps
 * the rows of both out of the products that customers see; afterwards both are withdrawn.
 */
export function canaryCollector(env: Environment): Collector {
  const producer = lasting(() => producerOf(kafkaClient(env, monitoringIdentity)))
  const audit = readOn(env, 'catalog.blocked', 'end')
  return {
    name: 'canary',
    everyMs: 60_000,
    collect: () =>
      withPostgres(env, 'exporter', async (db) => {
        const flight = randomUUID()
        const send = async (values: [string, string | null][]) =>
          producer(async ({ send: deliver }) => {
            const started = performance.now()
            await deliver({ topic, acks: -1, messages: values.map(([key, value]) => ({ key, value })) })
            return started
          })
        // where the audit ends now, this flight begins
        await audit(() => {})
        const started = await send([canaryId, bannedCanaryId].map((id) => [id, JSON.stringify(product(id, flight))]))
        const waited = () => performance.now() - started
        const here = await eventually(waited, lookEveryMs, () => landed(db, canaryId, flight))
        canaryLatency.set(waited() / 1000)
        canaryRuns.inc({ outcome: here ? 'arrived' : 'lost' })
        show(await fateOf(db, flight, waited, audit))
        await send([[canaryId, null], [bannedCanaryId, null]])
      }),
    forget: () => {
      canaryLatency.remove()
      bannedCanaryState.reset()
    },
  }
}

const auditShape = z.object({ name: z.string() })

/** Its sibling has come through by now, so one that has passed would have landed, too, or soon will. */
async function fateOf(db: Queryable, flight: string, waited: () => number, audit: ReturnType<typeof readOn>): Promise<Fate> {
  let isHeld = false
  const hasPassed = () => landed(db, bannedCanaryId, flight)
  await eventually(waited, heldEveryMs, async () => {
    await audit(({ key, value }) => void (key === bannedCanaryId && value !== null && auditShape.parse(JSON.parse(value.toString())).name.endsWith(flight) && (isHeld = true)))
    return isHeld || hasPassed()
  })
  return (await hasPassed()) ? 'passed' : isHeld ? 'held' : 'late'
}

const landed = async (db: Queryable, id: string, flight: string) => (await db.query('select 1 from canary where product_id = $1 and flight = $2', [id, flight])).rowCount === 1

async function eventually(waited: () => number, everyMs: number, look: () => Promise<boolean>): Promise<boolean> {
  for (;;) {
    if (await look()) return true
    if (waited() > givenUpAfterMs) return false
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

function show(fate: Fate): void {
  bannedCanaries.inc({ outcome: fate })
  for (const state of fates) bannedCanaryState.set({ state }, state === fate ? 1 : 0)
}

function product(id: string, flight: string): Product {
  const now = new Date().toISOString()
  return {
    // the audit bears the name, PostgreSQL the description
    product_id: id, name: `${id} ${flight}`, description: flight, category: canaryId, brand: canaryId, sku: id, store_id: monitoringStore,
    price: { amount: 0, currency: 'RUB' }, stock: { available: 0, reserved: 0 }, tags: [], images: [], specifications: {}, created_at: now, updated_at: now, index: 'products',
  }
}
