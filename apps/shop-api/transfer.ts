import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from '../../clients/environment.ts'
import { UsageError } from '../../clients/errors.ts'
import { showProgress, type Progress } from '../../clients/progress.ts'
import { admitted, unchecked } from '../../clients/product-file/door.ts'
import type { RawRecord } from '../../clients/product-file/records.ts'
import { openSource, type Source } from '../../clients/product-file/source.ts'
import { plainLine } from '../../clients/plain.ts'
import { withSender, type Sender } from '../../clients/sender.ts'
import { shellQuoted } from '../../clients/shell.ts'
import { type Sending, topicOf } from '../../clients/stores.ts'
import { counted } from '../../clients/terminal.ts'
import { duplicateFinder } from './duplicates.ts'
import type { Known } from './known.ts'

// long enough to fill requests at full speed, short enough for a file that grows slowly
const LINGER_MS = 50
// product ids that stand in a file twice are shown one by one up to here, then counted
const MOST_REPEATED = 20

export type SendOptions = {
  /** which identity sends, for which stores */
  as: Sending
  /** products per second */
  rate?: number
  /** go on after a bad record */
  skipBad: boolean
  /** send bad records too */
  unchecked: boolean
}

/** What a run did; `sent` counts what Kafka has acknowledged. `unchanged`: not sent again when watching. */
export type Summary = { sent: number; skipped: number; unchanged?: number; seconds: number; perSecond: number }

/** Shops write their products, and nothing else. */
export const routeOf = ({ by }: Sending) => ({ principal: by, topic: topicOf(by) })

type Run = {
  file: string
  options: SendOptions
  sender: Sender
  progress: Progress
  known?: Known
  earlierLine: (id: string, line: number) => number | undefined
  nextTurn: (() => Promise<void> | undefined) | undefined
  bad: number
  repeated: number
  stoppedAt?: number
  unchanged: number
}

/**
 * Reads a product file once, from beginning to end, and sends its products in the order they stand in.
 * At a bad record it stops sending, unless told to skip those, and only goes on checking, to report all bad ones.
 *
 * @param signal ends the reading; what was handed over by then is still sent
 * @param known products with these contents are not sent again; what was sent is added
 * @returns what was done even when it was not all; `problem` says why not
 * @throws UsageError when the file can't be read at all
 */
export async function sendFile(
  env: Environment,
  file: string,
  options: SendOptions,
  signal: AbortSignal,
  known?: Known,
): Promise<{ summary: Summary; problem?: unknown }> {
  const source = await openSource(file)
  let started = performance.now()
  let run: Run | undefined
  let problem: unknown
  try {
    await withSender(env, routeOf(options.as), LINGER_MS, async (sender) => {
      started = performance.now()
      const progress = showProgress(() => ({ done: source.position(), size: source.size, sent: sender.sent() }))
      try {
        const nextTurn = options.rate === undefined ? undefined : turns(options.rate, signal)
        const earlierLine = duplicateFinder()
        run = { file, options, sender, progress, known, earlierLine, nextTurn, bad: 0, repeated: 0, unchanged: 0 }
        await transfer(source, run, signal)
      } finally {
        progress.stop()
      }
    })
    problem = run?.stoppedAt === undefined ? undefined : badRecords(run, run.stoppedAt)
  } catch (error) {
    problem = error
  } finally {
    known?.forget()
    await source.close()
  }
  const skipped = run && options.skipBad ? run.bad : 0
  const summary = summaryOf(run?.sender.sent() ?? 0, skipped, performance.now() - started)
  return { summary: { ...summary, unchanged: known && (run?.unchanged ?? 0) }, problem }
}

async function transfer(source: Source, run: Run, signal: AbortSignal): Promise<void> {
  try {
    for await (const records of source.records()) {
      for (const record of records) {
        if (signal.aborted) return
        const wait = offer(run, record)
        if (wait) await wait
      }
    }
  } finally {
    await run.sender.flush()
    run.known?.confirm()
    const more = run.repeated - MOST_REPEATED
    if (more > 0) run.progress.say(`! ${more} more product ids stand in the file before`)
  }
}

/** Sends a record unless it is bad or known. Returns what to wait for before the next. */
function offer(run: Run, record: RawRecord): Promise<void> | undefined {
  const { file, options, progress } = run
  const result = options.unchecked ? unchecked(record, file) : admitted(record, options.as)
  if ('reason' in result) {
    run.bad++
    if (!options.skipBad) run.stoppedAt ??= record.line
    progress.say(plainLine(`${file}:${record.line}: ${result.reason} ${result.detail}`))
    return undefined
  }
  if (run.stoppedAt !== undefined) return undefined
  const { id, bytes } = result
  const before = run.earlierLine(id, record.line)
  const twice = `! ${file}:${record.line}: product ${id} stands in line ${before} too; the later one counts`
  if (before !== undefined && ++run.repeated <= MOST_REPEATED) progress.say(plainLine(twice))
  if (run.known?.differs(id, bytes) === false) {
    run.unchanged++
    return undefined
  }
  const turn = run.nextTurn?.()
  return turn ? turn.then(() => run.sender.add(id, bytes)) : run.sender.add(id, bytes)
}

/** Spaces calls evenly; one that comes late is not made up for by a burst. */
function turns(perSecond: number, signal: AbortSignal): () => Promise<void> | undefined {
  let next = performance.now()
  return () => {
    const now = performance.now()
    const wait = next - now
    next = Math.max(next, now - 100) + 1_000 / perSecond
    return wait < 1 ? undefined : sleep(wait, undefined, { signal }).catch(() => {})
  }
}

function badRecords(run: Run, line: number): UsageError {
  const { file, bad, sender } = run
  const got = `${counted(bad, 'bad record')}; stopped at line ${line}, ${sender.sent()} sent before it`
  return new UsageError(
    'BAD_RECORDS',
    `expected only valid products in ${plainLine(file)}, got ${got}`,
    `correct the file and send it again, or: task shop -- send ${shellQuoted(file)} --skip-bad`,
  )
}

/** @param elapsedMs how long sending took, connecting to Kafka aside */
export function summaryOf(sent: number, skipped: number, elapsedMs: number): Summary {
  const seconds = Number((elapsedMs / 1_000).toFixed(3))
  return { sent, skipped, seconds, perSecond: Math.round((sent / elapsedMs) * 1_000) }
}
