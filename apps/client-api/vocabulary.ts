import { z } from 'zod'
import type { Queryable } from '../../clients/postgres.ts'

const countedSchema = z.array(z.object({ term: z.string(), products: z.int() }))
const similarSchema = z.object({ typed: z.string(), word: z.string(), products: z.int() })
/** A word that occurs in products and looks like a typed one. */
export type Similar = z.infer<typeof similarSchema>

/**
 * How many products have each term, at most 50: enough to compare. -1: only words such as «и», which are not searched.
 */
export type Counts = Map<string, number>

/** Counts the products that have each of the terms. Beginnings are compared as they are, words by their stems. */
export async function countProducts(db: Queryable, terms: string[]): Promise<Counts> {
  const { rows } = await db.query(
    `select term, case
       when numnode(query) = 0 then -1
       -- a phrase of which a word is not searched is no phrase: «br and»
       when term like '% <-> %' and numnode(query) < 3 then 0
       else (select count(*)::int from (select from products where search @@ query limit 50) sample) end as products
     from unnest($1::text[]) term,
       to_tsquery(case when term like '%:*' then 'simple' else 'russian' end::regconfig, term) query`,
    [[...new Set(terms)]],
  )
  return new Map(countedSchema.parse(rows).map(({ term, products }) => [term, products]))
}

/** The words like the typed ones, of those that occur in products now. */
export async function similarWords(db: Queryable, typed: string[]): Promise<Similar[]> {
  const { rows } = await db.query(
    `select typed, word,
       (select count(*)::int from (select from products where search @@ to_tsquery('russian', word) limit 50) sample) as products
     from unnest($1::text[]) typed, similar_words(typed) word`,
    [[...new Set(typed)]],
  )
  return z
    .array(similarSchema)
    .parse(rows)
    .filter(({ products }) => products > 0)
}
