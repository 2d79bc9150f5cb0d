import { readFileSync } from 'node:fs'
import { connect } from 'node:tls'

/** How a server took a client: it answered, or the error code it refused with; a silence is neither. */
export type Attempt = { outcome: 'answered' } | { outcome: 'refused'; code: string } | { outcome: 'silent' }

// ApiVersions v0, the one request every broker answers before anything else (KIP-35): size, key 18, version 0, id 1, no client
const apiVersions = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255])

/**
 * Connects to a Kafka listener with a client certificate and sends one request. In TLS 1.3 the server judges the
 * certificate after the client's handshake is over (RFC 8446, 4.4.2.4), so only an answer shows that it was accepted.
 *
 * @param address `host:port`
 * @param files PEM files; `ca` is what the client trusts
 */
export function attemptTls(address: string, files: { key: string; cert: string; ca: string }, timeoutMs = 5_000): Promise<Attempt> {
  const [host = '', port = ''] = address.split(':')
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), key: readFileSync(files.key), cert: readFileSync(files.cert), ca: readFileSync(files.ca) })
    const end = (attempt: Attempt) => {
      socket.destroy()
      resolve(attempt)
    }
    socket.setTimeout(timeoutMs, () => end({ outcome: 'silent' }))
    socket.on('secureConnect', () => socket.write(apiVersions))
    socket.on('data', () => end({ outcome: 'answered' }))
    socket.on('error', (error: NodeJS.ErrnoException) => end({ outcome: 'refused', code: error.code ?? error.message }))
    socket.on('close', () => end({ outcome: 'refused', code: 'connection closed' }))
  })
}
