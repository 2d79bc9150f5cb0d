import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { InfraError, messageOf, UsageError, VygodnoError } from '../../clients/errors.ts'
import { isIdentifier, quoted } from '../../clients/identifier.ts'
import { type Queryable, withPostgres } from '../../clients/postgres.ts'

const productSchema = z.object({
  product_id: z.string(),
  name: z.string(),
  description: z.string(),
  brand: z.string(),
  category: z.string(),
  store_id: z.string(),
  sku: z.string(),
  price: z.object({ amount: z.number(), currency: z.string() }),
  stock: z.object({ available: z.int() }),
  specifications: z.record(z.string(), z.string()),
})
/** A product on sale, as its shop described it. */
export type Product = z.infer<typeof productSchema>

/** A customer does not wait any longer. */
const longestQueryMs = 4_000

/**
 * Asks the products in PostgreSQL, as the role client-api, which may only read.
 *
 * @param queryMs how long an answer may take
 * @throws InfraError `CATALOG_FAILED` when PostgreSQL can't answer
 */
export async function askCatalog<T>(
  env: Environment,
  work: (db: Queryable) => Promise<T>,
  queryMs = longestQueryMs,
): Promise<T> {
  try {
    return await withPostgres(env, 'client-api', work, queryMs)
  } catch (cause) {
    if (cause instanceof VygodnoError) throw cause
    throw new InfraError(
      'CATALOG_FAILED',
      `expected an answer of PostgreSQL, got: ${messageOf(cause)}`,
      'task status, then task bootstrap',
      { cause },
    )
  }
}

/**
 * The product with an id.
 *
 * @throws UsageError `PRODUCT_UNKNOWN` when no product on sale has it
 */
export async function productById(db: Queryable, id: string): Promise<Product> {
  if (isIdentifier(id)) {
    const { rows } = await db.query('select doc from products where product_id = $1', [id])
    const [row] = z.array(z.object({ doc: productSchema })).parse(rows)
    if (row) return row.doc
  }
  throw new UsageError(
    'PRODUCT_UNKNOWN',
    `expected the id of a product on sale, got ${quoted(id.slice(0, 60))}`,
    'task search -- чайник   shows ids in the last column',
  )
}
