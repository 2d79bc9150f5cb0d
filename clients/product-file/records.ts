import type { Defect } from '../document.ts'

/** Longest record that is looked at, in bytes as it stands in the file: white space between its tokens is not sent. */
export const MAX_RECORD_BYTES = 4_000_000

/**
 * One record of a product file, byte for byte as it stands there. `defect` is set where the file's layout is broken
 * and there may be no bytes at all; whether the bytes are a product is not known yet.
 */
export type RawRecord = {
  /** where it begins, from 1 */
  line: number
  bytes: Buffer
  defect?: Defect
}

/** Cuts a stream of bytes into records; every byte is in a record, or white space or punctuation between them. */
export type Splitter = {
  push(chunk: Buffer): RawRecord[]
  end(): RawRecord[]
}

export const EMPTY = Buffer.alloc(0)

/** A defect of the file's layout. */
export function layoutDefect(expected: string, got: string): Defect {
  return { reason: 'not-json', path: null, detail: `expected ${expected}, got ${got}` }
}

export const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** How many lines end in these bytes. */
export function newlines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count++
  return count
}
