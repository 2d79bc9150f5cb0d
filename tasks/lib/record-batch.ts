import { createGunzip } from 'node:zlib'

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** What the header of a batch says (https://kafka.apache.org/documentation/#recordbatch); `bytes` with the header. */
export type BatchHeader = {
  baseOffset: bigint
  lastOffset: bigint
  bytes: number
  codec: (typeof codecs)[number] | 'unknown'
  isControl: boolean
  records: number
  firstTimestampMs: number
  maxTimestampMs: number
}

/** One record of a batch; the key as text, null where it has none; `bytes` as it says of itself. */
export type Lost = { offset: string; key: string | null; bytes: number }

export const headerBytes = 61
const [lengthAt, crcAt, attributesAt, countAt] = [8, 17, 21, 57]
/** Of a record that is only looked at. */
const mostBytes = 1 << 20

/** @param header at least the first 61 bytes of a batch */
export function readHeader(header: Buffer): BatchHeader {
  const attributes = header.readInt16BE(attributesAt)
  const baseOffset = header.readBigInt64BE(0)
  return {
    baseOffset,
    lastOffset: baseOffset + BigInt(header.readInt32BE(23)),
    bytes: header.readInt32BE(lengthAt) + 12,
    codec: codecs[attributes & 7] ?? 'unknown',
    isControl: (attributes & 32) !== 0,
    records: header.readInt32BE(countAt),
    firstTimestampMs: Number(header.readBigInt64BE(27)),
    maxTimestampMs: Number(header.readBigInt64BE(35)),
  }
}

/**
 * The same batch without records, as the log's own compaction leaves one behind: it keeps its offsets, its producer and its
 * place in a transaction.
 *
 * @returns its header, which is all of it
 */
export function emptied(batch: Buffer): Buffer {
  const header = Buffer.from(batch.subarray(0, headerBytes))
  header.writeInt32BE(headerBytes - 12, lengthAt)
  header.writeInt16BE(header.readInt16BE(attributesAt) & ~7, attributesAt)
  header.writeInt32BE(0, countAt)
  header.writeUInt32BE(crc32c(header.subarray(attributesAt)), crcAt)
  return header
}

/** Castagnoli's polynomial (RFC 3720, B.4), bit by bit: a header is short. */
export function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}

/**
 * The records of a batch as far as they can be read without decompressing more than 1 MiB.
 *
 * @returns fewer than the header says when the batch holds more, is no such batch, or is of a codec that Node.js has not
 */
export async function readRecords(batch: Buffer): Promise<Lost[]> {
  const { baseOffset, codec, records } = readHeader(batch)
  const payload = batch.subarray(headerBytes)
  const plain = codec === 'none' ? payload : codec === 'gzip' ? await beginning(payload) : Buffer.alloc(0)
  const found: Lost[] = []
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = plain.readUInt8(at++)
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return Number((value >> 1n) ^ -(value & 1n))
    }
  }
  try {
    while (found.length < records) {
      const bytes = varint()
      const end = at + bytes
      at++
      varint()
      const offset = baseOffset + BigInt(varint())
      const keyBytes = varint()
      if (at + keyBytes > plain.length || bytes < 0) break
      found.push({ offset: String(offset), key: keyBytes < 0 ? null : plain.toString('utf8', at, at + Math.min(keyBytes, 200)), bytes })
      at = end
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return found
}

/** As much as may be of what is decompressed; of what is not what it says it is, what came before that shows. */
async function beginning(payload: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  const stream = createGunzip()
  stream.end(payload)
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > mostBytes) break
    }
  } catch {
    // no gzip, or not all of it
  }
  return Buffer.concat(chunks)
}
