import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../../../clients/environment.ts'
import { kafkaClient, readTopic } from '../../../clients/kafka.ts'
import { withPostgres } from '../../../clients/postgres.ts'
import type { Rule } from '../../../clients/rules.ts'
import { listBans } from '../bans.ts'
import { inventory } from '../lake.ts'
import { judge } from '../matcher.ts'
import { idsInFile, liveKeys } from '../observe.ts'
import { type Claim, type Group, prove } from './check.ts'
import { settled } from './storage.ts'

/** What the rules in force make of the products that the shops have sent. */
type Judged = { banned: Set<string>; allowed: Set<string> }

/** Where a product that is let through can be seen. */
const places: { name: string; read: (env: Environment) => Promise<Set<string>> }[] = [
  { name: 'catalog.products', read: (env) => liveKeys(env, 'catalog.products') },
  { name: 'the debug file', read: idsInFile },
  { name: 'PostgreSQL', read: (env) => productIds(env, 'operator') },
  { name: 'search', read: (env) => productIds(env, 'client-api') },
]

/** No banned product stands anywhere behind the filter; the allowed ones stand there, so that emptiness proves nothing. */
export const filter: Group = {
  name: 'filter',
  about: 'no banned product passes the filter, every allowed one does',
  run: async ({ env }) => {
    let judged: Promise<Judged> | undefined
    const judgement = () => (judged ??= judgeAll(env))
    return prove('filter', [rulesBite(env, judgement), ...places.map((place) => holdsAllowedOnly(env, place, judgement)), ...(env.profiles.includes('analytics') ? [lakeHoldsNoneBanned(env, judgement)] : [])])
  },
}

function rulesBite(env: Environment, judgement: () => Promise<Judged>): Claim {
  return {
    name: 'rules in force',
    expected: 'at least one rule, and it holds back at least one product of the shops',
    timeoutMs: 40_000,
    look: async () => {
      const [rules, { banned, allowed }] = await Promise.all([listBans(env), judgement()])
      return { ok: rules.length > 0 && banned.size > 0, seen: `${rules.length} rules hold back ${banned.size} of ${banned.size + allowed.size} products` }
    },
  }
}

function holdsAllowedOnly(env: Environment, { name, read }: (typeof places)[number], judgement: () => Promise<Judged>): Claim {
  return {
    name,
    expected: 'no banned product, every allowed one',
    timeoutMs: 40_000,
    look: async () => {
      const { banned, allowed } = await judgement()
      if (allowed.size === 0) return { ok: false, seen: 'no product of the shops is allowed, so nothing is proven' }
      return settled(async () => {
        const seen = await read(env)
        const passed = [...banned].filter((id) => seen.has(id))
        const missing = [...allowed].filter((id) => !seen.has(id))
        const wrong = [...show('banned', passed), ...show('missing', missing)].join('; ')
        return { ok: wrong === '', seen: wrong || `${banned.size} banned absent, ${allowed.size} allowed present` }
      })
    },
  }
}

/** The lake's current view is as old as the last ingest, so it may lack new products. */
function lakeHoldsNoneBanned(env: Environment, judgement: () => Promise<Judged>): Claim {
  return {
    name: "the lake's current view",
    expected: 'no banned product, some allowed ones',
    timeoutMs: 90_000,
    look: async () => {
      const { banned, allowed } = await judgement()
      const { listed } = await inventory(env)
      const passed = listed.filter((id) => banned.has(id))
      const right = listed.filter((id) => allowed.has(id)).length
      if (passed.length > 0) return { ok: false, seen: `${show('banned', passed).join('')}; if banned since the last ingest: task analytics -- ingest` }
      return { ok: right > 0, seen: right > 0 ? `${banned.size} banned absent, ${right} allowed present` : 'no product, so nothing is proven: task analytics -- ingest' }
    },
  }
}

const show = (title: string, ids: string[]) => (ids.length > 0 ? [`${title}: ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ` and ${ids.length - 5} more` : ''}`] : [])

// bytes that are no UTF-8 have to reach the matcher as they are: it sets such a record aside
const asIs = 'latin1'

/** Judges the latest valid version of every product by the filter's own matcher. */
async function judgeAll(env: Environment): Promise<Judged> {
  const versions = new Map<string, string[]>()
  const operator = kafkaClient(env, 'operator')
  const [rules] = await Promise.all([
    listBans(env),
    readTopic(operator, 'operator', 'shop.products', ({ key, value }) => {
      if (key === null) return
      // a shop's tombstone withdraws the product; a line break in valid JSON is no part of a text
      if (value === null) versions.delete(key)
      else versions.set(key, [...(versions.get(key) ?? []), value.toString(asIs).replaceAll('\n', ' ')])
    }),
  ])
  return judgeFile(env, rules, [...versions].flatMap(([key, texts]) => texts.filter((text) => text.startsWith('{')).map((text) => ({ key, text }))))
}

async function judgeFile(env: Environment, rules: Rule[], versions: { key: string; text: string }[]): Promise<Judged> {
  const folder = await mkdtemp(join(tmpdir(), 'vygodno-check-'))
  try {
    const file = join(folder, 'products.jsonl')
    await writeFile(file, versions.map(({ text }) => `${text}\n`).join(''), { mode: 0o600, encoding: asIs })
    const isBanned = new Map<string, boolean>()
    for await (const { line, product_id: id, rules: matched } of judge(env, rules, file))
      // the filter sets a record aside whose key is not its product's id
      if (id !== undefined && matched && versions[line - 1]?.key === id) isBanned.set(id, matched.length > 0)
    const having = (banned: boolean) => new Set([...isBanned].filter(([, is]) => is === banned).map(([id]) => id))
    return { banned: having(true), allowed: having(false) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What a role sees in the table of products; the search reads it as `client-api`. */
async function productIds(env: Environment, role: string): Promise<Set<string>> {
  const { rows } = await withPostgres(env, role, (db) => db.query('select product_id from products'))
  return new Set(z.array(z.object({ product_id: z.string() })).parse(rows).map(({ product_id }) => product_id))
}
