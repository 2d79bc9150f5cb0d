import { z } from 'zod'
import type { Queryable } from '../../clients/postgres.ts'
import type { Query } from './query.ts'
import { searchKeyOf } from '../../clients/text.ts'

/** What narrows a search down; `maxPrice` is one in `currency`. */
export type Filters = { category?: string; brand?: string; maxPrice?: number; currency?: string; inStock?: boolean }

/** What a price is in that is named without a currency. */
export const ownCurrency = 'RUB'

/** What is searched for, as `tsquery` texts: all words but the last, the last, and the last as a beginning of a word. */
export type Terms = { head: string; last: string; beginning: string }

export const foundSchema = z.object({
  product_id: z.string(),
  sku: z.string(),
  name: z.string(),
  brand: z.string(),
  category: z.string(),
  price: z.number(),
  currency: z.string(),
  available: z.int(),
  store_id: z.string(),
})
/** A product in the results. */
export type Found = z.infer<typeof foundSchema>

const totalSchema = z.array(z.object({ total: z.int() }))

// A name counts more than brand and tags, these more than the description, that more than specifications. Words that
// only begin like the last one count a third. What is not in stock comes after equals that are. `offset 0` keeps the
// counting from carrying whole rows along, which took longer than the search.
const statement = `
with terms as (
  select to_tsquery('russian', $1) as head, to_tsquery('russian', $2) as last, to_tsquery('simple', $3) as beginning
), wanted as (
  select head && last as exact,
    case
      when numnode(last) > 0 then head && (last || beginning)
      when numnode(head) > 0 then head
      else beginning
    end as query
  from terms
), ranked as (
  select product_id, available > 0 as in_stock, char_length(name) as length, product_id = $4 or sku_key = $5 as named,
    ts_rank('{0.05, 0.1, 0.3, 1}', search, wanted.exact)
      + ts_rank('{0.05, 0.1, 0.3, 1}', search, wanted.query) / 3 as rank
  from products, wanted
  where (search @@ wanted.query or product_id = $4 or sku_key = $5)
    and ($6::text is null or position($6 in category_key) > 0)
    and ($7::text is null or brand_key = $7)
    and ($8::numeric is null or price <= $8)
    and ($9::text is null or currency = $9)
    and (not $10 or available > 0)
  offset 0
), page as (
  select *, (count(*) over ())::int as total
  from ranked
  order by named desc, rank desc, in_stock desc, length, product_id
  limit $11
)
select product_id, sku, name, brand, category, price::float8 as price, currency, available, store_id, total
from page join products using (product_id)
order by named desc, rank desc, in_stock desc, length, product_id`

/**
 * One page of products that have all of the terms, or whose id or stock-keeping unit is the query; best first.
 *
 * @param limit products on the page; `total` is how many there are in all
 */
export async function find(
  db: Queryable,
  query: Query,
  terms: Terms,
  filters: Filters,
  limit: number,
): Promise<{ total: number; results: Found[] }> {
  const { rows } = await db.query(statement, [
    terms.head,
    terms.last,
    terms.beginning,
    query.id,
    query.sku,
    filters.category === undefined ? null : searchKeyOf(filters.category),
    filters.brand === undefined ? null : searchKeyOf(filters.brand),
    filters.maxPrice ?? null,
    filters.currency ?? (filters.maxPrice === undefined ? null : ownCurrency),
    filters.inStock ?? false,
    limit,
  ])
  const [first] = totalSchema.parse(rows)
  return { total: first?.total ?? 0, results: z.array(foundSchema).parse(rows) }
}
