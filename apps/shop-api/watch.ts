import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 200

/**
 * Runs a pass over a file at once, and again whenever the file has changed and has then been left alone for 0.2 s.
 * Looks at the file instead of subscribing to it: that also works for a file that is replaced, or deleted and made
 * anew, and on every file system.
 *
 * @param signal ends the watching; a pass that is under way ends it by itself
 * @param pass returns false when the same content should be tried again
 */
export async function watchFile(file: string, signal: AbortSignal, pass: () => Promise<boolean>): Promise<void> {
  let before = await markOf(file)
  let handled = (await pass()) ? before : undefined
  while (!signal.aborted) {
    await sleep(POLL_MS, undefined, { signal }).catch(() => {})
    const mark = await markOf(file)
    const settled = mark === before
    before = mark
    if (settled && mark !== handled && !signal.aborted) handled = (await pass()) ? mark : undefined
  }
}

/** What changes when a file is written to, replaced or deleted. */
async function markOf(file: string): Promise<string> {
  try {
    const { mtimeNs, size, ino } = await stat(file, { bigint: true })
    return `${mtimeNs} ${size} ${ino}`
  } catch {
    return 'none'
  }
}
