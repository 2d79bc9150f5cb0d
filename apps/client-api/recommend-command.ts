import { loadEnvironment } from '../../clients/environment.ts'
import { messageOf } from '../../clients/errors.ts'
import { print, printJson, say, table, warn } from '../../clients/terminal.ts'
import { askCatalog } from './catalog.ts'
import { newEvent } from './event.ts'
import { recommend, type Recommended } from './recommend.ts'
import { startRecorder } from './record.ts'
import { lines, printable, productTable } from './show.ts'

/** Prints what is recommended to a user, and records that it was asked for, unless told not to; without Kafka that is a warning. */
export async function recommendCommand(
  user: string,
  { limit, json, unrecorded }: { limit: number; json?: boolean; unrecorded?: boolean },
): Promise<void> {
  const event = newEvent('recommend', user, { results: 0 })
  const env = loadEnvironment()
  const recorder = unrecorded ? undefined : startRecorder(env)
  try {
    const items = await askCatalog(env, (db) => recommend(db, event.user_id, limit))
    const known = items.some(({ personal }) => personal)
    if (!known)
      warn(`no recommendations for ${printable(event.user_id)} yet${items.length > 0 ? ': this is popular now' : ''}`)
    if (json) printJson({ user_id: event.user_id, known, items })
    else show(items)
    await recorder
      ?.record({ ...event, results: items.length })
      .catch((error: unknown) => warn(`this request was not recorded: ${messageOf(error)}`))
  } finally {
    recorder?.cancel()
  }
}

function show(items: Recommended[]): void {
  if (items.length === 0) return say('  → task analytics -- recommend   computes them from what users have done')
  const listed = items.map((item) => ({ ...item, why: item.personal ? (item.reason ?? 'for you') : 'popular now' }))
  if (!process.stdout.isTTY) return print(lines(listed))
  print(table(...productTable(listed, process.stdout.columns || 80)))
  say(`computed ${items[0]?.computed_at ?? ''}, ${items[0]?.model ?? ''}`)
}
