import type { Defect } from '../document.ts'
import { tooLarge } from '../product.ts'
import { Brackets } from './brackets.ts'
import { EMPTY, isSpace, layoutDefect, MAX_RECORD_BYTES, newlines, type RawRecord, type Splitter } from './records.ts'

const [NEWLINE, QUOTE, COMMA] = [0x0a, 0x22, 0x2c]
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT] = [0x5b, 0x5d, 0x7b]

type State =
  | 'start' // before the array's [
  | 'between' // records
  | 'inside' // an object, array or string
  | 'scalar' // or stray text
  | 'seeking' // the next record, after one whose brackets or quotes do not match
  | 'closing' // what stands around the array
  | 'after' // the array's ]

/**
 * Cuts a JSON array into its elements without parsing them: they are sent as they stand in the file, which a parser
 * that builds values cannot give back, and a broken one does not end the reading. When brackets or quotes do not match,
 * the next record is sought at a line that begins as the records before it did: with the same indentation and `{`.
 */
export class ArraySplitter implements Splitter {
  #state: State
  // what is not cut into records yet begins at #begin, which is in line #line; it has been looked at up to #at
  #buffer: Buffer = EMPTY
  #begin = 0
  #line = 1
  #at = 0
  #brackets = new Brackets()
  // the record being read: its first line, how many of its bytes were too many to keep
  #recordLine = 1
  #dropped = 0
  // white space since the last newline while nothing else came; how the lines of this and of good records begin
  #lead: string | undefined = ''
  #ownStart: Buffer | undefined
  #lineStart: Buffer | undefined
  #needsComma = false
  #records: RawRecord[] = []

  readonly #bare: boolean
  readonly #enveloped: boolean

  /**
   * @param layout `bare` when the file holds objects over several lines, without the array's brackets and commas; what
   *   has been read when the array stands in an object, `{"products": [` or more
   */
  constructor(layout: 'array' | 'bare' | Buffer = 'array') {
    this.#bare = layout === 'bare'
    this.#enveloped = Buffer.isBuffer(layout)
    this.#state = layout === 'array' ? 'start' : 'between'
    if (!Buffer.isBuffer(layout)) return
    this.#line += newlines(layout)
    this.#lead = undefined
  }

  push(chunk: Buffer): RawRecord[] {
    const rest = this.#buffer.subarray(this.#begin)
    this.#buffer = rest.length ? Buffer.concat([rest, chunk]) : chunk
    this.#at -= this.#begin
    this.#begin = 0
    this.#scan()
    if (this.#buffer.length - this.#begin > MAX_RECORD_BYTES) this.#drop()
    return this.#taken()
  }

  end(): RawRecord[] {
    while (this.#state === 'inside' && this.#seek()) this.#scan()
    const inRecord = this.#state === 'inside' || this.#state === 'seeking'
    const got = 'the end of the file: what follows here cannot be told apart'
    if (inRecord) this.#emit(this.#buffer.length, layoutDefect('a record that ends', got))
    else if (this.#state === 'scalar') this.#emit(this.#buffer.length)
    if (this.#state === 'between' && !this.#bare && !inRecord)
      this.#layout('"]" after the last record', 'the end of the file')
    if (this.#state === 'closing') this.#layout('"}" after the products', 'the end of the file')
    return this.#taken()
  }

  #taken(): RawRecord[] {
    const records = this.#records
    this.#records = []
    return records
  }

  #scan(): void {
    while (this.#at < this.#buffer.length) {
      switch (this.#state) {
        case 'start':
        case 'between':
        case 'after':
          this.#outside(this.#buffer[this.#at] as number)
          break
        case 'inside':
          this.#inside()
          break
        case 'scalar':
          this.#scalar()
          break
        case 'seeking':
          if (!this.#seek()) return
          break
        case 'closing':
          this.#closing()
      }
    }
  }

  #outside(byte: number): void {
    if (!isSpace(byte)) return this.#punctuation(byte)
    this.#begin = ++this.#at
    if (byte === NEWLINE) {
      this.#line++
      this.#lead = ''
    } else if (this.#lead !== undefined) this.#lead += String.fromCharCode(byte)
  }

  #punctuation(byte: number): void {
    const got = JSON.stringify(String.fromCharCode(byte))
    const inArray = this.#state === 'between'
    if (this.#state === 'after') this.#layout('the end of the file after the array', got)
    this.#state = 'between'
    if (!inArray) this.#needsComma = false
    if (byte === CLOSE_ARRAY && !this.#bare) this.#close()
    else if (byte === COMMA) {
      if (inArray && !this.#needsComma) this.#layout('a record', got)
      this.#needsComma = false
    } else if (inArray || byte !== OPEN_ARRAY) return this.#record(byte)
    this.#begin = ++this.#at
    this.#lead = undefined
  }

  #close(): void {
    this.#state = this.#enveloped ? 'closing' : 'after'
    this.#brackets = new Brackets()
    this.#brackets.scan(Buffer.from('{'), 0)
  }

  /** Passes over what follows the array in its object. */
  #closing(): void {
    const { at, found } = this.#brackets.scan(this.#buffer, this.#at)
    if (found === 'broken') this.#layout('"}" after the products', JSON.stringify(String.fromCharCode(this.#buffer[at] as number)))
    if (found !== 'more') this.#state = 'after'
    this.#line += newlines(this.#buffer.subarray(this.#begin, at))
    this.#begin = this.#at = at
  }

  #record(byte: number): void {
    if (this.#needsComma) this.#layout('"," between records', 'none')
    this.#recordLine = this.#line
    this.#needsComma = !this.#bare
    this.#ownStart = byte === OPEN_OBJECT && this.#lead !== undefined ? Buffer.from(`\n${this.#lead}{`) : undefined
    this.#lead = undefined
    this.#brackets = new Brackets()
    this.#state = byte === OPEN_OBJECT || byte === OPEN_ARRAY || byte === QUOTE ? 'inside' : 'scalar'
    if (this.#state === 'scalar') this.#at++
  }

  #inside(): void {
    const { at, found } = this.#brackets.scan(this.#buffer, this.#at)
    this.#at = at
    if (found === 'end') {
      this.#lineStart = this.#ownStart ?? this.#lineStart
      this.#emit(at)
    } else if (found === 'broken') {
      this.#state = 'seeking'
      this.#at = this.#begin
    }
  }

  #scalar(): void {
    while (this.#at < this.#buffer.length) {
      const byte = this.#buffer[this.#at] as number
      if ([COMMA, CLOSE_ARRAY, OPEN_OBJECT, NEWLINE].includes(byte)) return this.#emit(this.#at)
      this.#at++
    }
  }

  /** Ends the record before the next line that begins as records do; false when there is none yet. */
  #seek(): boolean {
    const start = this.#lineStart ?? this.#ownStart
    const next = start ? this.#buffer.indexOf(start, this.#begin) : -1
    if (next < 0) {
      this.#at = this.#buffer.length
      return false
    }
    this.#emit(next)
    this.#needsComma = false
    return true
  }

  /** Forgets bytes of a record that is too large anyway, but for what may be the next one's beginning. */
  #drop(): void {
    const to = this.#buffer.length - ((this.#lineStart ?? this.#ownStart)?.length ?? 0)
    this.#line += newlines(this.#buffer.subarray(this.#begin, to))
    this.#dropped += to - this.#begin
    this.#begin = to
  }

  #emit(to: number, defect?: Defect): void {
    let bytes = this.#buffer.subarray(this.#begin, to)
    this.#line += newlines(bytes)
    while (isSpace(bytes.at(-1)) || bytes.at(-1) === COMMA) bytes = bytes.subarray(0, -1)
    const size = this.#dropped + bytes.length
    const refused = size > MAX_RECORD_BYTES ? (defect ?? tooLarge(size)) : defect
    if (size > MAX_RECORD_BYTES) bytes = EMPTY
    this.#records.push({ line: this.#recordLine, bytes, defect: refused })
    this.#dropped = 0
    this.#begin = this.#at = to
    this.#state = 'between'
  }

  #layout(expected: string, got: string): void {
    this.#records.push({ line: this.#line, bytes: EMPTY, defect: layoutDefect(expected, got) })
  }
}
