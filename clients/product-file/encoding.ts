import { isUtf8 } from 'node:buffer'

/** What a file is instead of JSON in UTF-8, and the command that makes it so, reading a file whose name is to follow. */
export type Foreign = { code: 'FILE_NOT_UTF8' | 'FILE_COMPRESSED'; what: string; convert: string }

const packed: [bytes: number[], name: string, unpack: string][] = [
  [[0x1f, 0x8b], 'gzip', 'gzip -dc'],
  [[0x42, 0x5a, 0x68], 'bzip2', 'bzip2 -dc'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz', 'xz -dc'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd', 'zstd -dc'],
  [[0x50, 0x4b, 0x03, 0x04], 'zip', 'unzip -p'],
]
// by their names for TextDecoder and for iconv
const eightBit = [['windows-1251', 'WINDOWS-1251'], ['koi8-r', 'KOI8-R'], ['ibm866', 'CP866']] as const
// a text in another encoding has as many bad bytes as letters; a good file may hold a bad record
const FEW = 4

/**
 * What a file is that can't be read as it stands: compressed, or in an encoding other than UTF-8.
 *
 * @param head how it begins, from its first byte
 */
export function foreign(head: Buffer): Foreign | undefined {
  const [, name, unpack] = packed.find(([bytes]) => bytes.every((byte, at) => head[at] === byte)) ?? []
  if (name && unpack) return { code: 'FILE_COMPRESSED', what: `a file compressed by ${name}`, convert: unpack }
  const encoding = wide(head) ?? (isUtf8(head) ? undefined : narrow(head))
  return encoding === undefined ? undefined : { code: 'FILE_NOT_UTF8', what: encoding, convert: `iconv -f ${encoding} -t UTF-8` }
}

/** UTF-16 and UTF-32, by a byte order mark, or by the zeros that every bracket has beside it in them. */
function wide(head: Buffer): string | undefined {
  const [first, second, third, fourth] = head
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? 'UTF-32' : 'UTF-16'
  if (first === 0xfe && second === 0xff) return 'UTF-16'
  if (first === 0 && second === 0) return third === 0xfe && fourth === 0xff ? 'UTF-32' : undefined
  if (first === 0 && second !== undefined) return 'UTF-16BE'
  return second === 0 && first !== undefined && third !== 0 ? 'UTF-16LE' : undefined
}

/** An encoding with a byte a letter: the one that makes the most small Russian letters of it. */
function narrow(head: Buffer): string | undefined {
  const text = head.toString()
  const bad = text.match(/\ufffd/g)?.length ?? 0
  const good = text.match(/[^\p{ASCII}\ufffd]/gu)?.length ?? 0
  if (bad < FEW || bad <= good) return undefined
  const letters = eightBit.map(([label]) => new TextDecoder(label).decode(head).match(/[а-я]/g)?.length ?? 0)
  return eightBit[letters.indexOf(Math.max(...letters))]?.[1]
}
