import { createReadStream } from 'node:fs'
import { lines } from '../../clients/lines.ts'
import type { Service } from './compose.ts'

/** A line of a service's log, and when it was written; one that says no time counts with the line before it. */
export type LogLine = { service: string; text: string; atMs: number }

/** What is wanted of a log: how many of the last lines, from when on, and which text they have to hold, in any case. */
export type Wanted = { most: number; sinceMs?: number | undefined; grep?: string | undefined }

/** Where the zone is not said, as in Kafka's logs, it is this machine's. */
const time = /^\W?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,3}))?\d*(?: ?(Z|UTC|GMT|[+-]\d\d:?\d\d))?/

/** When a line says that it was written, in milliseconds since 1970; undefined when it says nothing. */
export function timeOf(text: string): number | undefined {
  const [, date, clock, fraction = '0', zone] = time.exec(text) ?? []
  if (date === undefined) return undefined
  const at = Date.parse(`${date}T${clock}.${fraction.padEnd(3, '0')}${zone === undefined ? '' : /^[ZUG]/.test(zone) ? 'Z' : zone}`)
  return Number.isNaN(at) ? undefined : at
}

export const holds = (text: string, { grep }: Wanted): boolean => grep === undefined || text.toLowerCase().includes(grep.toLowerCase())

/** The last lines of some logs, merged by time. */
export async function lastLogLines(services: Service[], wanted: Wanted): Promise<LogLine[]> {
  const all = await Promise.all(services.map((service) => read(service, wanted)))
  return all.flat().toSorted((one, other) => one.atMs - other.atMs).slice(-wanted.most)
}

async function read({ name, folders }: Service, wanted: Wanted): Promise<LogLine[]> {
  const last: LogLine[] = []
  let atMs = 0
  for await (const text of lines(createReadStream(folders.log))) {
    atMs = timeOf(text) ?? atMs
    if (atMs < (wanted.sinceMs ?? 0) || !holds(text, wanted)) continue
    if (last.push({ service: name, text, atMs }) > 2 * wanted.most) last.splice(0, wanted.most)
  }
  return last.slice(-wanted.most)
}
