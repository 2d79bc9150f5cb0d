import { open } from 'node:fs/promises'
import { fstatSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf, UsageError } from '../errors.ts'
import { plainLine } from '../plain.ts'
import { shellQuoted } from '../shell.ts'
import { ArraySplitter } from './array.ts'
import { foreign } from './encoding.ts'
import { envelopeLength } from './envelope.ts'
import { lineSplitter } from './json-lines.ts'
import { isSpace, type RawRecord, type Splitter } from './records.ts'

const CHUNK_BYTES = 256 * 1024
const [OPEN_ARRAY, OPEN_OBJECT, QUOTE, NEWLINE] = [0x5b, 0x7b, 0x22, 0x0a]

/** An open product file. */
export type Source = {
  /** its length in bytes, 0 when it has none, as a pipe */
  size: number
  /** how many bytes have been read */
  position(): number
  /** its records, a chunk of the file at a time; reading waits for the consumer */
  records(): AsyncGenerator<RawRecord[]>
  close(): Promise<void>
}

type Opened = { size: number; chunks: AsyncIterator<Buffer>; close(): Promise<void> }

/** Whether a file's name means standard input. */
export const isStandardInput = (file: string) => /^(-|\/dev\/(stdin|fd\/0)|\/proc\/self\/fd\/0)$/.test(file)

/**
 * Opens a product file and finds out how it is laid out: a JSON array, such an array as `products` in an object, JSON
 * lines, or objects over several lines; in UTF-8, with a byte order mark or without.
 *
 * @param file its name, `-` for standard input
 * @throws UsageError when there is no such file, it can't be read, is empty, compressed or in another encoding
 */
export async function openSource(file: string): Promise<Source> {
  const { size, chunks, close } = isStandardInput(file) ? standardInput() : await opened(file)
  try {
    const { head, splitter } = await begin(chunks, file)
    let position = head.length
    async function* records() {
      yield splitter.push(head)
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
        position += next.value.length
        yield splitter.push(next.value)
      }
      yield splitter.end()
    }
    return { size, position: () => position, records, close }
  } catch (error) {
    await close()
    throw error
  }
}

function standardInput(): Opened {
  const stat = fstatSync(0)
  const chunks: AsyncIterator<Buffer> = process.stdin[Symbol.asyncIterator]()
  return { size: stat.isFile() ? stat.size : 0, chunks, close: async () => void process.stdin.destroy() }
}

async function opened(file: string): Promise<Opened> {
  const look = `ls -l ${shellQuoted(dirname(file))}`
  const expected = `expected a product file at ${plainLine(file)}`
  try {
    const handle = await open(file)
    const stat = await handle.stat()
    const chunks = handle.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false })[Symbol.asyncIterator]()
    if (!stat.isDirectory()) return { size: stat.size, chunks, close: () => handle.close() }
    await handle.close()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new UsageError('FILE_MISSING', `${expected}, found none`, look, { cause })
    throw new UsageError('FILE_UNREADABLE', `${expected} that can be read, got: ${messageOf(cause)}`, look, { cause })
  }
  throw new UsageError('FILE_IS_FOLDER', `${expected}, found a folder`, look)
}

/** Reads until it is clear how the file is laid out. */
async function begin(chunks: AsyncIterator<Buffer>, file: string): Promise<{ head: Buffer; splitter: Splitter }> {
  let head: Buffer = Buffer.alloc(0)
  for (;;) {
    const next = await chunks.next()
    if (!next.done) head = Buffer.concat([head, next.value])
    if (head.length < 5 && !next.done) continue
    readable(head, file)
    const content = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head
    const before = envelopeLength(content)
    if (before) return { head: content.subarray(before), splitter: new ArraySplitter(content.subarray(0, before)) }
    const splitter = splitterFor(content, next.done === true)
    if (splitter) return { head: content, splitter }
    if (next.done) {
      const got = head.length ? 'nothing but white space' : 'an empty file'
      throw new UsageError('FILE_EMPTY', `expected products in ${nameOf(file)}, got ${got}`, 'less data/products.json   shows how such a file looks')
    }
  }
}

function readable(head: Buffer, file: string): void {
  const found = foreign(head)
  if (!found) return
  const hint = isStandardInput(file)
    ? `put this before it: ${found.convert} FILE |`
    : `${found.convert} ${shellQuoted(file)} > products-utf8.json   and the same command with products-utf8.json`
  throw new UsageError(found.code, `expected JSON in UTF-8 in ${nameOf(file)}, got ${found.what}`, hint)
}

const nameOf = (file: string) => (isStandardInput(file) ? 'standard input' : plainLine(file))

/** The way to cut a file that begins so; undefined when more of it must be seen. */
function splitterFor(head: Buffer, isAll: boolean): Splitter | undefined {
  const first = head.findIndex((byte) => !isSpace(byte))
  if (first < 0) return undefined
  if (head[first] === OPEN_ARRAY) return new ArraySplitter()
  const newline = head.indexOf(NEWLINE, first)
  if (newline < 0) return isAll || head.length > CHUNK_BYTES ? lineSplitter() : undefined
  const second = head.subarray(newline).find((byte) => !isSpace(byte))
  if (isJson(head.subarray(first, newline))) return lineSplitter()
  if (second === undefined && !isAll) return undefined
  // a product spread over several lines, as one writes it by hand
  return head[first] === OPEN_OBJECT && second === QUOTE ? new ArraySplitter('bare') : lineSplitter()
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString())
    return true
  } catch {
    return false
  }
}
