import { randomUUID } from 'node:crypto'

// controls but tab and line end; marks that turn the direction of writing; the two line ends that only some readers know
const unruly = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/** A text that can't steer a terminal or make another look than it is: what could is written out, as `\u001b`. */
export function plain(text: string): string {
  return text.replace(unruly, (char) => (char === '\n' || char === '\t' ? char : escaped(char)))
}

/** The same on one line. */
export function plainLine(text: string): string {
  return text.replace(unruly, escaped)
}

/** JSON in which the same characters are escaped: they stand in strings only, so its meaning is unchanged. */
export function plainJson(value: unknown, indent?: number): string {
  return plain(JSON.stringify(value, null, indent))
}

// Escape sequences of ours stand as this until they are written, so that those in a text from outside, which can't know
// it, are told from them.
const ours = `\u{FDD0}${randomUUID()}`
const ESCAPE = '\u001b'

/** A text that this program has drawn from plain ones: its escape sequences are kept. */
export function drawn(text: string): string {
  return text.replaceAll(ESCAPE, ours)
}

/** What a terminal is given: nothing that could steer it but our own colours. */
export function shown(text: string): string {
  return plain(text).replaceAll(ours, ESCAPE)
}
