import { z } from 'zod'
import type { Queryable } from '../../clients/postgres.ts'
import { foundSchema } from './find.ts'

const recommendedSchema = foundSchema.extend({
  /** for this user; false for what is popular with everybody */
  personal: z.boolean(),
  score: z.number(),
  reason: z.string().nullable(),
  computed_at: z.string(),
  model: z.string(),
})
/** A product on sale that is recommended, and why; the reason is null when it names what is no longer on sale. */
export type Recommended = z.infer<typeof recommendedSchema>

/** Whose recommendations stand in for those of users that have none. */
const EVERYBODY = '*'

// The products are joined when they are asked for: what was retracted a moment ago, or has run out, is not in the answer,
// whenever the recommendations were computed. What is recommended both ways is shown once, the personal way.
const statement = `
with wanted as (
  select user_id <> $2 as personal, doc as answer, item, place
  from recommendations, jsonb_array_elements(doc -> 'items') with ordinality as items (item, place)
  where user_id in ($1, $2)
), sold as (
  select distinct on (product_id) personal, answer, item, place, products.*
  from wanted join products on product_id = item ->> 'product_id'
  where available > 0
  order by product_id, personal desc, place
)
select product_id, sku, name, brand, category, price::float8 as price, currency, available, store_id, personal,
  (item ->> 'score')::float8 as score, answer ->> 'computed_at' as computed_at, answer ->> 'model' as model,
  case when not item ? 'reason_product_id' or exists (
    select from products named where named.product_id = item ->> 'reason_product_id'
  ) then item ->> 'reason' end as reason
from sold
order by personal desc, place
limit $3`

/**
 * Products for a user, best first: his own recommendations, then, if these are fewer, what is popular with everybody.
 *
 * @param limit most products
 */
export async function recommend(db: Queryable, user: string, limit: number): Promise<Recommended[]> {
  const { rows } = await db.query(statement, [user, EVERYBODY, limit])
  return z.array(recommendedSchema).parse(rows)
}
