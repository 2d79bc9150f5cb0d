import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createGzip } from 'node:zlib'
import kafkajs from 'kafkajs'
import { type Cluster, onCluster } from '../../clients/environment.ts'
import { kafkaClient, producerOf } from '../../clients/kafka.ts'
import { env } from './platform.ts'

const { CompressionCodecs, CompressionTypes } = kafkajs
export type Codec = 'gzip' | 'snappy' | 'lz4' | 'zstd'
const { GZIP: gzipId, Snappy: snappyId, LZ4: lz4Id, ZSTD: zstdId } = CompressionTypes
const codecs: Record<Codec, number> = { gzip: gzipId, snappy: snappyId, lz4: lz4Id, zstd: zstdId }

/** What a batch is made of: bytes as they are, or so many blanks. */
type Piece = Buffer | number

/**
 * One record of a batch (https://kafka.apache.org/documentation/#record): noise and then blanks, in bytes; `claim` is the
 * size that it says it has, if another.
 */
export type Hostile = { key: string; blanks: number; noise?: number; claim?: number; headers?: number }

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = BigInt(value) * 2n; ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)])
    bytes.push(Number(rest & 127n) | 128)
  }
}

function piecesOf({ key, blanks, noise = 0, claim, headers = 0 }: Hostile, index: number): Piece[] {
  const keyed = Buffer.concat([varint(Buffer.byteLength(key)), Buffer.from(key)])
  const head = Buffer.concat([Buffer.from([0, 0]), varint(index), keyed, varint(noise + blanks), randomBytes(noise)])
  // each header has an empty name and no value
  const tail = Buffer.concat([varint(headers), Buffer.alloc(2 * headers, Buffer.from([0, 1]))])
  return [Buffer.concat([varint(claim ?? head.length + blanks + tail.length), head]), blanks, tail]
}

async function gzip(pieces: Piece[]): Promise<Buffer> {
  const stream = createGzip({ level: 9 })
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  const put = async (bytes: Buffer) => void (stream.write(bytes) || (await once(stream, 'drain')))
  for (const piece of pieces) {
    if (typeof piece !== 'number') await put(piece)
    else for (let left = piece; left > 0; left -= 1 << 20) await put(Buffer.alloc(Math.min(left, 1 << 20), ' '))
  }
  stream.end()
  await once(stream, 'end')
  return Buffer.concat(chunks)
}

const sliced = (piece: Piece, most: number): Piece[] => {
  const length = typeof piece === 'number' ? piece : piece.length
  return Array.from({ length: Math.ceil(length / most) }, (_, index) =>
    typeof piece === 'number' ? Math.min(most, length - index * most) : piece.subarray(index * most, (index + 1) * most))
}
const littleEndian = (value: number, bytes: number) => {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer.subarray(0, bytes)
}

/** Zstandard (RFC 8878): raw blocks, and blocks that say of 128 KiB that they are all one byte. */
function zstd(pieces: Piece[]): Buffer {
  const blocks = pieces.flatMap((piece) => sliced(piece, 128 * 1024)).map((piece) =>
    typeof piece === 'number'
      ? Buffer.concat([littleEndian(piece * 8 + 2, 3), Buffer.from(' ')])
      : Buffer.concat([littleEndian(piece.length * 8, 3), piece]))
  return Buffer.concat([Buffer.from('28b52ffd0050', 'hex'), ...blocks, littleEndian(1, 3)])
}

/** LZ4 frame of independent blocks of 4 MiB: one blank, a copy of it, and the last five bytes, which have to be literals. */
function lz4(pieces: Piece[]): Buffer {
  const blank = (count: number) => {
    const longer = count - 1 - 5 - 4 - 15
    const copied = [Buffer.alloc(Math.floor(longer / 255), 255), Buffer.from([longer % 255])]
    return Buffer.concat([Buffer.from([0x1f, 0x20, 1, 0]), ...copied, Buffer.from([0x50]), Buffer.from('     ')])
  }
  const block = (piece: Piece): Buffer => {
    if (typeof piece === 'number' && piece > 64)
      return Buffer.concat([littleEndian(blank(piece).length, 4), blank(piece)])
    const bytes = typeof piece === 'number' ? Buffer.alloc(piece, ' ') : piece
    return Buffer.concat([littleEndian(bytes.length + 2 ** 31, 4), bytes])
  }
  const blocks = pieces.flatMap((piece) => sliced(piece, 4 << 20)).map(block)
  return Buffer.concat([Buffer.from('04224d18607073', 'hex'), ...blocks, littleEndian(0, 4)])
}

/** Snappy as Kafka frames it: chunks of 32 KiB, which copy 64 bytes by three. */
function snappy(pieces: Piece[]): Buffer {
  const literal = (bytes: Buffer) =>
    Buffer.concat([Buffer.from([61 << 2, (bytes.length - 1) & 255, (bytes.length - 1) >> 8]), bytes])
  const copies = (count: number) => sliced(count, 64).map((part) => Buffer.from([((Number(part) - 1) << 2) | 2, 1, 0]))
  const length = (value: number) => Buffer.from([(value & 127) | 128, ((value >> 7) & 127) | 128, value >> 14])
  const chunk = (piece: Piece): Buffer => {
    const isBlank = typeof piece === 'number'
    const body = isBlank ? Buffer.concat([literal(Buffer.from(' ')), ...copies(piece - 1)]) : literal(piece)
    const whole = Buffer.concat([length(isBlank ? piece : piece.length), body])
    return Buffer.concat([littleEndian(whole.length, 4).reverse(), whole])
  }
  const chunks = pieces.flatMap((piece) => sliced(piece, 32 * 1024)).map(chunk)
  return Buffer.concat([Buffer.from('82534e41505059000000000100000001', 'hex'), ...chunks])
}

const compress: Record<Codec, (pieces: Piece[]) => Buffer | Promise<Buffer>> = { gzip, snappy, lz4, zstd }

type Target = { principal: string; topic: string; partition: number; codec: Codec; cluster?: Cluster }

/** Sends records in one batch, compressed by hand, so that little memory makes much; returns its first offset. */
export async function sendBatch(target: Target, records: Hostile[]): Promise<string> {
  return sendPayload(target, records.map(({ key }) => key), await compress[target.codec](records.flatMap(piecesOf)))
}

/** Sends a batch whose header is kafkajs' and whose compressed records are what is given. */
export async function sendPayload(target: Target, keys: string[], payload: Buffer): Promise<string> {
  const { principal, topic, partition, codec, cluster = 'primary' } = target
  const all: Record<number, () => unknown> = CompressionCodecs
  const usual = all[codecs[codec]]
  all[codecs[codec]] = () => ({ compress: async () => payload })
  const producer = producerOf(kafkaClient(onCluster(env, cluster), principal))
  try {
    await producer.connect()
    const messages = keys.map((key) => ({ key, value: ' ', partition }))
    const [sent] = await producer.send({ topic, compression: codecs[codec], messages })
    return `${sent?.baseOffset}`
  } finally {
    if (usual) all[codecs[codec]] = usual
    await producer.disconnect()
  }
}
