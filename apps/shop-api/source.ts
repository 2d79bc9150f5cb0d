import { open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf, UsageError } from '../../clients/errors.ts'
import { ArraySplitter } from './array.ts'
import { lineSplitter } from './lines.ts'
import { isSpace, type RawRecord, type Splitter } from './records.ts'
import { printable, shellQuoted } from './text.ts'

const CHUNK_BYTES = 256 * 1024
const OPEN_ARRAY = 0x5b
const NEWLINE = 0x0a

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

/**
 * Opens a product file, a JSON array or JSON lines in UTF-8 (a byte order mark is allowed), and finds out which.
 *
 * @throws UsageError when there is no such file, it can't be read, is empty or is in UTF-16
 */
export async function openSource(file: string): Promise<Source> {
  const handle = await opened(file)
  try {
    const { size } = await handle.stat()
    const chunks = handle.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false })[Symbol.asyncIterator]()
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
    return { size, position: () => position, records, close: () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function opened(file: string): Promise<FileHandle> {
  const look = `ls -l ${shellQuoted(dirname(file))}`
  const expected = `expected a product file at ${printable(file)}`
  try {
    const handle = await open(file)
    if (!(await handle.stat()).isDirectory()) return handle
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
    if (head.length < 3 && !next.done) continue
    if (head[0] === 0xff && head[1] === 0xfe || head[0] === 0xfe && head[1] === 0xff) {
      const convert = `iconv -f UTF-16 -t UTF-8 ${shellQuoted(file)} > products-utf8.json`
      const message = `expected ${printable(file)} in UTF-8, got UTF-16 (by its byte order mark)`
      throw new UsageError('FILE_NOT_UTF8', message, convert)
    }
    const content = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head
    const splitter = splitterFor(content, next.done === true)
    if (splitter) return { head: content, splitter }
    if (next.done) {
      const got = head.length ? 'nothing but white space' : 'an empty file'
      const message = `expected products in ${printable(file)}, got ${got}`
      throw new UsageError('FILE_EMPTY', message, 'task shop -- send data/products.json')
    }
  }
}

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
  return head[first] === 0x7b && second === 0x22 ? new ArraySplitter(true) : lineSplitter()
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString())
    return true
  } catch {
    return false
  }
}
