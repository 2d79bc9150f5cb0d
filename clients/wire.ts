import { connect, type TLSSocket } from 'node:tls'
import { messageOf } from './errors.ts'
import { orInterrupted } from './interruption.ts'

/**
 * Kafka's wire protocol, as much as it takes to ask one question and see the exact error code: client libraries retry,
 * translate and hide it (https://kafka.apache.org/protocol). Most requests are asked in their last version without tagged
 * fields; of those with them (KIP-482) there is as much as clients/topic-ids.ts takes.
 */

/** Builds the body of a request. */
export class Writer {
  private readonly parts: Buffer[] = []

  private fixed(bytes: number, write: (buffer: Buffer) => void): this {
    const buffer = Buffer.alloc(bytes)
    write(buffer)
    this.parts.push(buffer)
    return this
  }

  int8(value: number): this {
    return this.fixed(1, (buffer) => buffer.writeInt8(value))
  }

  int16(value: number): this {
    return this.fixed(2, (buffer) => buffer.writeInt16BE(value))
  }

  int32(value: number): this {
    return this.fixed(4, (buffer) => buffer.writeInt32BE(value))
  }

  int64(value: number): this {
    return this.fixed(8, (buffer) => buffer.writeBigInt64BE(BigInt(value)))
  }

  double(value: number): this {
    return this.fixed(8, (buffer) => buffer.writeDoubleBE(value))
  }

  string(value: string | null): this {
    if (value === null) return this.int16(-1)
    const text = Buffer.from(value)
    this.int16(text.length).parts.push(text)
    return this
  }

  bytes(value: Buffer): this {
    this.int32(value.length).parts.push(value)
    return this
  }

  array<T>(items: T[], write: (writer: this, item: T) => void): this {
    this.int32(items.length)
    for (const item of items) write(this, item)
    return this
  }

  /** An unsigned number of seven bits a byte, the lowest first. */
  varint(value: number): this {
    return value < 0x80 ? this.int8(value) : this.fixed(1, (buffer) => buffer.writeUInt8((value & 0x7f) | 0x80)).varint(value >>> 7)
  }

  /** So many bytes as they are. */
  raw(value: Buffer): this {
    this.parts.push(value)
    return this
  }

  compactString(value: string): this {
    const text = Buffer.from(value)
    this.varint(text.length + 1).parts.push(text)
    return this
  }

  compactArray<T>(items: T[], write: (writer: this, item: T) => void): this {
    this.varint(items.length + 1)
    for (const item of items) write(this, item)
    return this
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.parts)
  }
}

/** Reads the body of a response. */
export class Reader {
  constructor(
    private readonly buffer: Buffer,
    private at = 0,
  ) {}

  skip(bytes: number): this {
    this.at += bytes
    return this
  }

  int16(): number {
    return this.skip(2).buffer.readInt16BE(this.at - 2)
  }

  int32(): number {
    return this.skip(4).buffer.readInt32BE(this.at - 4)
  }

  int64(): bigint {
    return this.skip(8).buffer.readBigInt64BE(this.at - 8)
  }

  double(): number {
    return this.skip(8).buffer.readDoubleBE(this.at - 8)
  }

  /** Null as nothing. */
  string(): string {
    const length = this.int16()
    return length < 0 ? '' : this.skip(length).buffer.toString('utf8', this.at - length, this.at)
  }

  /** Passes over strings. */
  strings(count: number): this {
    for (let read = 0; read < count; read++) this.string()
    return this
  }

  /** Passes over a byte field, whose length stands before it; -1 is null. */
  bytes(): this {
    return this.skip(Math.max(0, this.int32()))
  }

  array<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, read)
  }

  /** So many bytes as they stand. */
  raw(length: number): Buffer {
    return this.skip(length).buffer.subarray(this.at - length, this.at)
  }

  varint(): number {
    const byte = this.raw(1).readUInt8()
    return byte < 0x80 ? byte : (byte & 0x7f) + this.varint() * 0x80
  }

  /** Null as nothing. */
  compactString(): string {
    return this.raw(Math.max(0, this.varint() - 1)).toString()
  }

  compactArray<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.varint() - 1) }, read)
  }

  /** Passes over what later versions have added. */
  tags(): this {
    for (let left = this.varint(); left > 0; left--) {
      this.varint()
      this.skip(this.varint())
    }
    return this
  }
}

/** A connection to one broker. Requests are answered in order; one is on its way at a time. */
export type Wire = { ask(api: number, version: number, body: Writer): Promise<Reader>; close(): void }

/** Whom a client shows itself as and what it trusts; PEM. */
export type Identity = { key: string | Buffer; cert: string | Buffer; ca: string | Buffer }

/**
 * Connects to a Kafka listener as whoever the certificate names, hostname verification on.
 *
 * @param address `host:port`
 * @throws Error of TLS or of the socket, with its `code`; after `timeoutMs` without an answer, a message that says so
 */
export async function openWire(address: string, identity: Identity, timeoutMs = 6_000): Promise<Wire> {
  const [host = '', port = ''] = address.split(':')
  const socket = connect({ host, port: Number(port), ...identity })
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer from ${address} within ${timeoutMs / 1000} s`)))
  await orInterrupted(new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject)))
  const next = responses(socket, address)
  let id = 0
  return {
    ask: async (api, version, body) => {
      const payload = body.toBuffer()
      const header = new Writer().int16(api).int16(version).int32(++id).string('check').toBuffer()
      socket.write(Buffer.concat([new Writer().int32(header.length + payload.length).toBuffer(), header, payload]))
      const reader = new Reader(await orInterrupted(next()))
      const answered = reader.int32()
      if (answered !== id) throw new Error(`${address} answered request ${answered} instead of ${id}`)
      return reader
    },
    close: () => socket.destroy(),
  }
}

/** The responses as they come, each without its length. */
function responses(socket: TLSSocket, address: string): () => Promise<Buffer> {
  let received = Buffer.alloc(0)
  let end: Error | undefined
  let wake = () => {}
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    wake()
  })
  socket.on('error', (error) => (end = error))
  socket.on('close', () => {
    end ??= new Error(`${address} closed the connection`)
    wake()
  })
  return async () => {
    for (;;) {
      const length = received.length < 4 ? undefined : received.readInt32BE(0)
      if (length !== undefined && received.length >= 4 + length) {
        const response = received.subarray(4, 4 + length)
        received = received.subarray(4 + length)
        return response
      }
      if (end) throw new Error(messageOf(end), { cause: end })
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
}
