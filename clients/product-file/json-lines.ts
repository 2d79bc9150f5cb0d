import { tooLarge } from '../product.ts'
import { EMPTY, isSpace, MAX_RECORD_BYTES, type RawRecord, type Splitter } from './records.ts'

const NEWLINE = 0x0a
const RETURN = 0x0d

/** Cuts JSON lines (https://jsonlines.org): one record a line, LF or CRLF, blank lines allowed. */
export function lineSplitter(): Splitter {
  let line = 1
  let parts: Buffer[] = []
  let size = 0

  const keep = (part: Buffer) => {
    size += part.length
    // what is too large anyway need not be held in memory
    parts = size > MAX_RECORD_BYTES + 2 ? [] : [...parts, part]
  }
  const take = (): RawRecord | undefined => {
    let bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
    const length = size
    parts = []
    size = 0
    if (bytes.length < length) return { line, bytes: EMPTY, defect: tooLarge(length) }
    if (bytes.at(-1) === RETURN) bytes = bytes.subarray(0, -1)
    return bytes.every(isSpace) ? undefined : { line, bytes }
  }

  return {
    push(chunk) {
      const records: RawRecord[] = []
      let from = 0
      for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
        keep(chunk.subarray(from, to))
        const record = take()
        if (record) records.push(record)
        line++
        from = to + 1
      }
      if (from < chunk.length) keep(chunk.subarray(from))
      return records
    },
    end() {
      const record = take()
      return record ? [record] : []
    },
  }
}

/** The records of JSON lines, whatever stands in them. */
export async function* jsonLines(stream: AsyncIterable<Buffer>): AsyncGenerator<RawRecord[]> {
  const splitter = lineSplitter()
  for await (const chunk of stream) yield splitter.push(chunk)
  yield splitter.end()
}
