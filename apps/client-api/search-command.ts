import { loadEnvironment } from '../../clients/environment.ts'
import { messageOf } from '../../clients/errors.ts'
import { counted, print, printJson, say, table, warn } from '../../clients/terminal.ts'
import { askCatalog } from './catalog.ts'
import { newEvent } from './event.ts'
import type { Filters } from './find.ts'
import { parseQuery, type Query } from './query.ts'
import { startRecorder } from './record.ts'
import { type Answer, search } from './search.ts'
import { lines, printable, productTable } from './show.ts'

export type SearchOptions = Filters & { limit: number; json?: boolean; user: string }

/**
 * Searches, prints the answer and records the search. Kafka is connected to beside the query, and when it fails that is
 * a warning: the answer is there already.
 */
export async function searchCommand(words: string[], { limit, json, user, ...filters }: SearchOptions): Promise<void> {
  const query = parseQuery(words.join(' '))
  const event = newEvent('search', user, { query: query.text, results: 0 })
  const env = loadEnvironment()
  const recorder = startRecorder(env)
  const started = performance.now()
  try {
    const answer = await askCatalog(env, (db) => search(db, query, filters, limit))
    const tookMs = Math.round((performance.now() - started) * 10) / 10
    explain(query, answer)
    if (json)
      printJson({
        query: query.text,
        corrections: answer.corrections,
        partial: answer.partial,
        total: answer.total,
        results: answer.results,
        took_ms: tookMs,
      })
    else show(answer, tookMs)
    await recorder
      .record({ ...event, results: answer.total })
      .catch((error: unknown) => warn(`this search was not recorded: ${messageOf(error)}`))
  } finally {
    recorder.cancel()
  }
}

function show({ results, total }: Answer, tookMs: number): void {
  if (results.length === 0) return
  if (!process.stdout.isTTY) return print(lines(results))
  print(table(...productTable(results, process.stdout.columns || 80)))
  const shown = results.length < total ? `${results.length} of ` : ''
  say(`${shown}${counted(total, 'product')}, ${tookMs} ms`)
}

function explain(query: Query, answer: Answer): void {
  if (query.omitted > 0) warn(`the query is long: its last ${query.omitted} words were left out`)
  for (const { typed, used, reason } of answer.corrections)
    warn(`corrected: searched for «${printable(used)}» instead of «${printable(typed)}» (${reason})`)
  const unknown = answer.unknown.map((word) => `«${printable(word)}»`).join(', ')
  if (answer.partial)
    warn(unknown ? `no product has ${unknown}: searched without it` : 'no product has all of the words: these lack one')
  if (answer.total > 0) return
  say(`nothing found for «${printable(query.text.slice(0, 200))}»`)
  say(`  → ${hint(answer, unknown)}`)
}

function hint({ excluded }: Answer, unknown: string): string {
  if (excluded > 0)
    return `${counted(excluded, 'product')} without --category, --brand, --max-price, --currency and --in-stock`
  return unknown
    ? `no product has ${unknown}: leave it out or say it in another word`
    : 'try fewer or more common words, or a brand'
}
