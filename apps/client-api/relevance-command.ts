import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadEnvironment } from '../../clients/environment.ts'
import { print, printJson, table } from '../../clients/terminal.ts'
import { askCatalog } from './catalog.ts'
import { parseQuery } from './query.ts'
import { judgedSchema, measure } from './relevance.ts'
import { search } from './search.ts'

const page = 10

/** Asks every judged query of data/search-relevance.json and prints how well each class was answered. */
export async function relevanceCommand({ json }: { json?: boolean }): Promise<void> {
  const env = loadEnvironment()
  const judged = judgedSchema.parse(JSON.parse(await readFile(join(env.root, 'data', 'search-relevance.json'), 'utf8')))
  const quality = await askCatalog(env, (db) =>
    measure(judged, async (query) =>
      (await search(db, parseQuery(query), {}, page)).results.map(({ product_id }) => product_id),
    ),
  )
  if (json) return printJson(quality)
  const rows = quality.map(({ class: name, queries, mrr, zero_result_rate: zero, missed }) => [
    name,
    String(queries),
    mrr?.toFixed(3) ?? '–',
    zero.toFixed(3),
    missed.join(', '),
  ])
  print(table(['class', 'queries', 'MRR', 'no result', 'not first'], rows))
}
