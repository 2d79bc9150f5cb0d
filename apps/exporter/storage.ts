import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { withPostgres } from '../../clients/postgres.ts'
import type { Collector } from './collector.ts'
import { productsListed, recommendationAge } from './metrics.ts'

const shape = z.tuple([z.object({ products: z.string(), newest: z.date().nullable() })])

/** What customers are served: how many products, how old recommendations. */
export function storageCollector(env: Environment): Collector {
  return {
    name: 'storage',
    everyMs: 60_000,
    collect: () =>
      withPostgres(env, 'exporter', async (db) => {
        const { rows } = await db.query('select (select count(product_id) from products) as products, newest_recommendation() as newest')
        const [{ products, newest }] = shape.parse(rows)
        productsListed.set(Number(products))
        if (newest) recommendationAge.set((Date.now() - newest.getTime()) / 1000)
        else recommendationAge.remove()
      }),
    forget: () => {
      productsListed.remove()
      recommendationAge.remove()
    },
  }
}
