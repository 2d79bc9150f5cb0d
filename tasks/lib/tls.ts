import { readFileSync } from 'node:fs'
import { connect as connectPlain, type Socket } from 'node:net'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { checkpoint, orInterrupted } from '../../clients/interruption.ts'

/** How a server took a client: it answered (what it said first), or the error code it refused with; a silence is neither. */
export type Attempt = { outcome: 'answered'; protocol: string; said: Buffer } | { outcome: 'refused'; code: string } | { outcome: 'silent' }

/** What a server speaks, and so what has to be sent before it answers. */
export type Speech = 'kafka' | 'https' | 'postgres'

// ApiVersions v0, the one request every broker answers before anything else (KIP-35): size, key 18, version 0, id 1, no client
const apiVersions = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255])
// SSLRequest, then a start-up message that names a role (https://www.postgresql.org/docs/current/protocol-message-formats.html)
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
const startUp = (role: string) => {
  const text = Buffer.from(`user\0${role}\0database\0postgres\0\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(8 + text.length, 0)
  head.writeInt32BE(0x30000, 4)
  return Buffer.concat([head, text])
}

/** The first thing a client says. */
function greeting(speech: Speech, role: string): Buffer {
  if (speech === 'kafka') return apiVersions
  return speech === 'postgres' ? startUp(role) : Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
}

/** `role` is whom a client of PostgreSQL says it is. */
export type Server = { address: string; speech: Speech; role?: string }

const within = { timeoutMs: 8_000 }

/**
 * Connects by TLS and says something. In TLS 1.3 the server judges the certificate after the client's handshake is over
 * (RFC 8446, 4.4.2.4), so only an answer shows that it was accepted.
 *
 * @param identity key and certificate (none for an anonymous client), `ca` that the client trusts, versions and ciphers
 */
export async function speak({ address, speech, role = 'operator' }: Server, identity: ConnectionOptions): Promise<Attempt> {
  const [host = '', port = ''] = address.split(':')
  try {
    const socket = speech === 'postgres' ? { socket: await orInterrupted(agreedOnTls(host, Number(port))) } : { host, port: Number(port) }
    return await orInterrupted(conversation(connect({ ...socket, host, ...identity }), 'secureConnect', greeting(speech, role)))
  } catch (error) {
    checkpoint()
    return { outcome: 'refused', code: codeOf(error) }
  }
}

/** The same without TLS. */
export function speakPlainly({ address, speech, role = 'operator' }: Server): Promise<Attempt> {
  const [host = '', port = ''] = address.split(':')
  return orInterrupted(conversation(connectPlain(Number(port), host), 'connect', greeting(speech, role)))
}

/** Whether a Kafka listener takes a client by its certificate; `ca` is what the client trusts. */
export function attemptTls(address: string, files: { key: string; cert: string; ca: string }): Promise<Attempt> {
  return speak({ address, speech: 'kafka' }, { key: readFileSync(files.key), cert: readFileSync(files.cert), ca: readFileSync(files.ca) })
}

function conversation(socket: Socket | TLSSocket, ready: string, words: Buffer): Promise<Attempt> {
  return new Promise((resolve) => {
    const end = (attempt: Attempt) => {
      socket.destroy()
      resolve(attempt)
    }
    socket.setTimeout(within.timeoutMs, () => end({ outcome: 'silent' }))
    socket.on(ready, () => socket.write(words))
    socket.on('data', (said) => end({ outcome: 'answered', protocol: 'getProtocol' in socket ? (socket.getProtocol() ?? '') : 'plaintext', said }))
    socket.on('error', (error) => end({ outcome: 'refused', code: codeOf(error) }))
    socket.on('close', () => end({ outcome: 'refused', code: 'connection closed' }))
  })
}

/** PostgreSQL begins in plaintext and answers one letter: S for TLS, N for none. */
function agreedOnTls(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectPlain(port, host, () => socket.write(sslRequest))
    socket.setTimeout(within.timeoutMs, () => socket.destroy(new Error('no answer to the request for TLS')))
    socket.once('error', reject)
    socket.once('data', (letter) => (letter.toString() === 'S' ? resolve(socket) : reject(new Error(`TLS refused: ${letter.toString()}`))))
  })
}

/** OpenSSL 3.5, which comes with Node.js 24, has another name for the alerts that are as old as SSL 3. */
const asBefore = (code: string) => code.replace('_SSL/TLS_ALERT_', '_SSLV3_ALERT_')

function codeOf(error: unknown): string {
  return error instanceof Error ? asBefore('code' in error ? String(error.code) : error.message) : String(error)
}
