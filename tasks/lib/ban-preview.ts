import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { otherAlphabet } from '../../clients/alphabet.ts'
import type { Environment } from '../../clients/environment.ts'
import { type Queryable, withPostgres } from '../../clients/postgres.ts'
import type { RuleKind } from '../../clients/rules.ts'
import { searchKeyOf, wordsOf } from '../../clients/text.ts'
import { judge } from './matcher.ts'

/** A value that products have, like the one that none has. */
export type Near = { value: string; products: number }

/**
 * What a rule would do to the products on sale: how many it matches, the names of some, and of a rule that matches none
 * what it may have meant.
 */
export type Preview = { onSale: number; matching: number; names: string[]; near: Near[] }

// judged one by one, by the filter's own code: more would keep a moderator waiting for many seconds
const mostProducts = 50_000
const mostNames = 3
const patienceMs = 5_000

// what is not compared is left out
const products = `select (doc || '{"description": "–", "tags": [], "images": [], "specifications": {}}')::text as product from products order by product_id limit ${mostProducts}`
const countSchema = z.tuple([z.object({ products: z.int() })])

/**
 * Looks at the products on sale as `client-api`, which may read them and nothing else.
 *
 * @throws InfraError when PostgreSQL or the filter's program can't be asked
 */
export async function previewBan(env: Environment, kind: RuleKind, value: string): Promise<Preview> {
  return withPostgres(
    env,
    'client-api',
    async (db) => {
      const [{ products: onSale }] = countSchema.parse((await db.query('select count(*)::int as products from products')).rows)
      const lines = z.array(z.object({ product: z.string() })).parse((await db.query(products)).rows)
      const names = await matchingNames(env, kind, value, lines.map(({ product }) => product))
      return { onSale, matching: names.length, names: names.slice(0, mostNames), near: names.length > 0 ? [] : await nearMisses(db, kind, value) }
    },
    patienceMs,
  )
}

async function matchingNames(env: Environment, kind: RuleKind, value: string, lines: string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vygodno-ban-'))
  const names: string[] = []
  try {
    const file = join(folder, 'on-sale.jsonl')
    writeFileSync(file, lines.join('\n'))
    const rule = { rule: '', kind, value, reason: '', by: '', at: '', change: '' }
    for await (const { name = '', rules = [] } of judge(env, [rule], file)) if (rules.length > 0) names.push(name)
  } finally {
    rmSync(folder, { recursive: true })
  }
  return names
}

// a value and its key, as --brand, --category and a typed sku are compared
const fields: Record<Exclude<RuleKind, 'words'>, [value: string, key: string]> = {
  id: ['product_id', 'product_id'],
  sku: ['sku', 'sku_key'],
  brand: ['brand', 'brand_key'],
  category: ['category', 'category_key'],
  store: ['store_id', 'text_key(search_text(store_id))'],
}

/** Up to three values like the one given: mistyped, written in the other alphabet, or a part of theirs. */
export async function nearMisses(db: Queryable, kind: RuleKind, value: string): Promise<Near[]> {
  const other = value.toLowerCase().split(' ').map(otherAlphabet).join(' ')
  const nearSchema = z.array(z.object({ value: z.string(), products: z.int() }))
  if (kind === 'words') {
    const { rows } = await db.query(
      `select word as value, (select count(*)::int from products where search @@ plainto_tsquery('russian', word)) as products
       from (select distinct word, min(levenshtein(word, typed)) as far from unnest($1::text[]) typed, similar_words(typed) word group by word) alike
       where far <= greatest(1, char_length(word) / 4) order by far, word limit 3`,
      [[...wordsOf(value), ...wordsOf(other)].filter((word) => word.length <= 60)],
    )
    return nearSchema.parse(rows).filter(({ products }) => products > 0)
  }
  const [column, key] = fields[kind]
  const typed = kind === 'id' ? [value] : [searchKeyOf(value), searchKeyOf(other)].map((one) => (kind === 'sku' ? one.replaceAll(' ', '') : one))
  const { rows } = await db.query(
    `select value, products::int
     from (select ${column} as value, left(min(${key}), 60) as key, count(*) as products from products group by 1) known,
       unnest($1::text[]) typed
     where levenshtein(key, left(typed, 60)) <= greatest(1, char_length(typed) / 4) or (char_length(typed) > 3 and position(typed in key) > 0)
     group by value, products order by min(levenshtein(key, left(typed, 60))), value limit 3`,
    [typed],
  )
  return nearSchema.parse(rows)
}
