import { randomUUID } from 'node:crypto'
import type { Environment } from '../../clients/environment.ts'
import { kafkaClient, producerOf } from '../../clients/kafka.ts'
import { withPostgres } from '../../clients/postgres.ts'
import { canaryId, type Product } from '../../clients/product.ts'
import type { Collector } from './collector.ts'
import { lasting } from './lasting.ts'
import { canaryLatency, canaryRuns } from './metrics.ts'

const topic = 'shop.products'
const givenUpAfterMs = 20_000
const lookEveryMs = 50

/**
 * Sends a product as a shop would and measures until it has come through filter, topic and sink. A trigger of
 * PostgreSQL (005_monitoring.sql) keeps its row out of the products that customers see; afterwards it is retracted.
 */
export function canaryCollector(env: Environment): Collector {
  const producer = lasting(() => producerOf(kafkaClient(env, 'canary')))
  return {
    name: 'canary',
    everyMs: 60_000,
    collect: () =>
      withPostgres(env, 'exporter', async (db) => {
        const flight = randomUUID()
        const send = async (value: string | null) =>
          producer(async ({ send: deliver }) => {
            const started = performance.now()
            await deliver({ topic, acks: -1, messages: [{ key: canaryId, value }] })
            return started
          })
        const started = await send(JSON.stringify(product(flight)))
        const waited = () => performance.now() - started
        const arrived = async () => (await db.query('select 1 from canary where flight = $1', [flight])).rowCount === 1
        let here = await arrived()
        while (!here && waited() < givenUpAfterMs) {
          await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
          here = await arrived()
        }
        canaryLatency.set(waited() / 1000)
        canaryRuns.inc({ outcome: here ? 'arrived' : 'lost' })
        await send(null)
      }),
    forget: () => canaryLatency.remove(),
  }
}

function product(flight: string): Product {
  const now = new Date().toISOString()
  return {
    product_id: canaryId, name: canaryId, description: flight, category: canaryId, brand: canaryId, sku: canaryId, store_id: canaryId,
    price: { amount: 0, currency: 'RUB' }, stock: { available: 0, reserved: 0 }, tags: [], images: [], specifications: {}, created_at: now, updated_at: now, index: 'products',
  }
}
