const [NEWLINE, QUOTE, COMMA, BACKSLASH] = [0x0a, 0x22, 0x2c, 0x5c]
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

/** Where a scan stopped: after the end of the value, at the end of the bytes, or where the value cannot be JSON. */
export type Scan = { at: number; found: 'end' | 'more' | 'broken' }

/**
 * Finds the end of one JSON object, array or string by its brackets and quotes, over as many buffers as it takes.
 * Sees at once what a missing bracket or quote leads to: a newline in a string, a bracket closed by the other kind,
 * an object or array where a name must stand.
 */
export class Brackets {
  #open: number[] = []
  #quoted = false
  #last = 0

  /** Scans on from `at`; the first call begins at the value's first byte. */
  scan(buffer: Buffer, at: number): Scan {
    while (at < buffer.length) {
      if (this.#quoted) {
        at = stringEnd(buffer, at)
        if (at >= buffer.length) break
        if (buffer[at] === NEWLINE) return { at, found: 'broken' }
        this.#quoted = false
        if (this.#open.length === 0) return { at: at + 1, found: 'end' }
      } else {
        const byte = buffer[at] as number
        if (byte === QUOTE) this.#quoted = true
        else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
          if (this.#last === COMMA && this.#open.at(-1) === OPEN_OBJECT) return { at, found: 'broken' }
          this.#open.push(byte)
        } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
          // in ASCII a closing bracket is two after its opening one
          if (this.#open.pop() !== byte - 2) return { at, found: 'broken' }
          if (this.#open.length === 0) return { at: at + 1, found: 'end' }
        }
        if (byte > 0x20) this.#last = byte
      }
      at++
    }
    return { at, found: 'more' }
  }
}

/** Where a string ends from within it: at its quote, at a newline, or after the buffer. */
function stringEnd(buffer: Buffer, at: number): number {
  for (; at < buffer.length; at++) {
    const byte = buffer[at]
    if (byte === QUOTE || byte === NEWLINE) break
    if (byte === BACKSLASH) at++
  }
  return at
}
