import { appendFileSync, existsSync, readFileSync, renameSync, statSync } from 'node:fs'
import { plainJson } from '../../clients/plain.ts'
import type { Alert } from './notification.ts'

/** An alert with the time of its arrival, ISO 8601. */
export type Received = Alert & { receivedAt: string }

const largestFile = 2_000_000
const most = 500

/**
 * Keeps what has been received, newest last, in memory and as JSON lines in a file; of the file one older part is kept.
 *
 * @param file survives a restart
 */
export function openStore(file: string) {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
  const kept: unknown[] = lines.slice(-most).flatMap((line): unknown[] => {
    try {
      return [JSON.parse(line)]
    } catch {
      return [] // the last line of a process that was killed
    }
  })
  return {
    add: (alert: Received) => {
      if (existsSync(file) && statSync(file).size > largestFile) renameSync(file, `${file}.1`)
      appendFileSync(file, `${plainJson(alert)}\n`, { mode: 0o600 })
      kept.push(alert)
      if (kept.length > most) kept.shift()
    },
    all: () => kept,
  }
}
