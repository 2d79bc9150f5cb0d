import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { kafkaClient, type Offsets, readTopic, topicOffsets } from '../../clients/kafka.ts'
import { lines } from '../../clients/lines.ts'
import { withPostgres } from '../../clients/postgres.ts'

/** What stands in the places that a product passes through, read by the operator, for demo, checks and tests. */

/**
 * Keys of a compacted topic whose last record is not a tombstone.
 *
 * @param alive told now and then how far the reading has come
 */
export async function liveKeys(env: Environment, topic: string, alive: (text: string) => void = () => {}): Promise<Set<string>> {
  let read = 0
  const live = new Set<string>()
  await readTopic(kafkaClient(env, 'operator'), 'operator', topic, ({ key, value }) => {
    if (++read % 1_000 === 0) alive(`${read} records of ${topic}`)
    if (key === null) return
    if (value === null) live.delete(key)
    else live.add(key)
  })
  return live
}

/** What the last record of each key says, as a digest, so that memory holds little of a large topic; and where that was. */
export async function latestDigests(env: Environment, topic: string, digest: (value: Buffer) => string, onRecord: () => void): Promise<{ live: Map<string, string>; end: Offsets }> {
  const kafka = kafkaClient(env, 'operator')
  const live = new Map<string, string>()
  const { end } = await topicOffsets(kafka, topic)
  await readTopic(kafka, 'operator', topic, ({ partition, offset, key, value }) => {
    onRecord()
    if (key === null || BigInt(offset) >= (end.get(partition) ?? 0n)) return
    if (value === null) live.delete(key)
    else live.set(key, digest(value))
  })
  return { live, end }
}

/** Keys that were written from these offsets on. */
export async function changedSince(env: Environment, topic: string, from: Offsets): Promise<Set<string>> {
  const changed = new Set<string>()
  await readTopic(kafkaClient(env, 'operator'), 'operator', topic, ({ key }) => void (key !== null && changed.add(key)), from)
  return changed
}

/** Ids whose last line in the debug file of the file sink carries a product: `product_id<TAB>json`. */
export async function idsInFile(env: Environment, alive: (text: string) => void = () => {}): Promise<Set<string>> {
  let read = 0
  const file = join(env.stack, 'data', 'connect', 'catalog-products.tsv')
  const live = new Set<string>()
  if (!existsSync(file)) return live
  for await (const line of lines(createReadStream(file))) {
    if (++read % 1_000 === 0) alive(`${read} lines of the debug file`)
    const tab = line.indexOf('\t')
    if (tab < line.length - 1) live.add(line.slice(0, tab))
    else live.delete(line.slice(0, tab))
  }
  return live
}

const rowsAtOnce = 5_000

/**
 * Reads PostgreSQL's table of products in pages, so that each answer comes soon however many there are.
 *
 * @param columns beside `product_id`; `shape` is that of a row
 * @param alive told after each page how far the reading has come
 */
export async function eachRow<Row extends { product_id: string }>(env: Environment, role: string, columns: string[], shape: z.ZodType<Row>, alive: (text: string) => void, onRow: (row: Row) => void): Promise<void> {
  await withPostgres(env, role, async (db) => {
    const page = `select ${['product_id', ...columns].join(', ')} from products where product_id > $1 order by product_id limit $2`
    let read = 0
    for (let last = ''; ; alive(`${read} rows of PostgreSQL`)) {
      const rows = z.array(shape).parse((await db.query(page, [last, rowsAtOnce])).rows)
      rows.forEach(onRow)
      read += rows.length
      last = rows.at(-1)?.product_id ?? last
      if (rows.length < rowsAtOnce) return
    }
  })
}

/**
 * Ids in PostgreSQL's table of products, as a role sees them; the search is `client-api`.
 *
 * @param alive told now and then how far the reading has come
 */
export async function idsInPostgres(env: Environment, role = 'operator', alive: (text: string) => void = () => {}): Promise<Set<string>> {
  const ids = new Set<string>()
  await eachRow(env, role, [], z.object({ product_id: z.string() }), alive, ({ product_id: id }) => ids.add(id))
  return ids
}

/** What is in one set only, as `missing: a, b; unexpected: c`, or nothing when both are equal. */
export function difference(expected: Set<string>, seen: Set<string>): string {
  const show = (title: string, ids: string[]) => (ids.length === 0 ? [] : [`${title}: ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ` and ${ids.length - 5} more` : ''}`])
  return [...show('missing', [...expected].filter((id) => !seen.has(id))), ...show('unexpected', [...seen].filter((id) => !expected.has(id)))].join('; ')
}
