import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Agent, createServer, request } from 'node:https'
import { TLSSocket } from 'node:tls'
import { within } from './deadline.ts'
import type { CertificateFiles } from './environment.ts'

/** An answer as it came; whoever asks judges the status. */
export type Answer = { status: number; text: string }

type Call = { method?: string; body?: unknown; timeoutMs?: number; connections?: Agent }

/** Connections that are kept between calls, for who asks the same again and again: each handshake costs milliseconds of both sides. */
export const lastingConnections = () => new Agent({ keepAlive: true })

/**
 * Calls a server with a client certificate, hostname verification on.
 *
 * @param files PEM files; `ca` is what the caller trusts
 * @param call `body` is sent as JSON; `timeoutMs` is how long the whole answer may take, 30 s by default; without `connections` each call makes one of its own
 * @throws SilenceError, else Error as node:tls and node:http describe it
 */
export function callHttps(url: URL, files: Omit<CertificateFiles, 'bundle'>, { method = 'GET', body, timeoutMs = 30_000, connections }: Call = {}): Promise<Answer> {
  // not the `timeout` of node:http, which begins anew with every byte
  const controller = new AbortController()
  const answer = new Promise<Answer>((resolve, reject) => {
    const call = request(
      url,
      {
        method,
        key: readFileSync(files.key),
        cert: readFileSync(files.cert),
        ca: readFileSync(files.ca),
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
        signal: controller.signal,
        agent: connections ?? false,
      },
      (response) => {
        textOf(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject)
      },
    )
    call.on('error', reject)
    call.end(body === undefined ? undefined : JSON.stringify(body))
  })
  return within(timeoutMs, url.host, answer).finally(() => controller.abort())
}

/** `peer` is the common name of the caller's certificate. */
type Served = { method: string; path: string; body: string; peer: string }
type Reply = Answer & { type?: string }

/** Authenticated encryption with forward secrecy only; Node's own list has CBC and SHA-1 in it. */
const ciphers = 'TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20'

/** Largest request body taken, in bytes; Alertmanager's notifications have a few thousand. */
const largestBody = 4_000_000

/**
 * Serves HTTPS to whoever shows a certificate of the CA in `files` and calls it by its own address, and to nobody else.
 *
 * @param handle answers a request; what it throws becomes status 500 with its message
 * @returns when the server listens
 */
export async function serveHttps(host: string, port: number, files: Omit<CertificateFiles, 'bundle'>, handle: (request: Served) => Promise<Reply>): Promise<void> {
  const [key, cert, ca] = [files.key, files.cert, files.ca].map((file) => readFileSync(file))
  const server = createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2', ciphers }, (incoming, outgoing) => {
    const answer = async (): Promise<Reply> => {
      if (!isCalledBy(incoming, host, port)) return { status: 421, text: `expected to be called as ${host}:${port}` }
      const path = new URL(incoming.url ?? '/', 'https://server').pathname
      return handle({ method: incoming.method ?? 'GET', path, body: await textOf(incoming, largestBody), peer: peerOf(incoming) })
    }
    void answer()
      .catch((error: unknown): Reply => ({ status: 500, text: error instanceof Error ? error.message : String(error) }))
      .then(({ status, text, type = 'text/plain; charset=utf-8' }) => outgoing.writeHead(status, { 'content-type': type }).end(text))
  })
  // Prometheus asks every 5 s, which is how long Node.js keeps a silent connection by itself
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
}

/**
 * Whether a request names the address that is served. A page of somebody else's, whose name was made to point here, names
 * its own (DNS rebinding); a browser sends that name whatever the page does.
 */
export function isCalledBy({ headers }: IncomingMessage, host: string, port: number): boolean {
  return headers.host === `${host}:${port}`
}

function peerOf({ socket }: IncomingMessage): string {
  const { CN } = socket instanceof TLSSocket ? socket.getPeerCertificate().subject : {}
  return typeof CN === 'string' ? CN : ''
}

async function textOf(message: IncomingMessage, mostBytes = Number.POSITIVE_INFINITY): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostBytes) throw new Error(`expected at most ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
