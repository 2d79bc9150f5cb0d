import { readFileSync } from 'node:fs'
import { createServer } from 'node:tls'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { certificateFiles, type Environment } from '../../../clients/environment.ts'
import { type Authority, authorityFile, openAuthority } from '../authorities.ts'
import { newAuthority, type Pair, sign } from '../signing.ts'
import { processOf } from '../stack.ts'
import { type Attempt, speak, speakPlainly } from '../tls.ts'
import { family } from '../usage.ts'
import { type Claim, type Group, prove } from './check.ts'
import { type Implementation, isLoopback, type Listener, listeningAddresses, tlsListeners } from './listeners.ts'

/** How many connections at a time; a broker holds back the answer to a failed handshake for a moment. */
const atOnce = 12

/** Every listener takes whom it should and refuses everybody else in the way that shows why. */
export const tls: Group = {
  name: 'tls',
  about: 'every listener speaks TLS 1.3 or 1.2 with our certificates only; nothing listens beyond loopback',
  run: async ({ env, services }) => {
    const authorities = await ofEach((authority) => openAuthority(env, authority))
    const foreign = await ofEach((authority) => newAuthority(authorityFile[authority]))
    const claims = await Promise.all(tlsListeners(services).map((listener) => claimsAbout(env, listener, authorities, foreign)))
    const open = services.flatMap((service): Claim[] => {
      const running = processOf(env, service)
      return running ? [{ name: `${service.name} listens`, expected: 'on loopback only', look: async () => listens(running.pid) }] : []
    })
    return prove('tls', [...claims.flat(), ...open, ...(await impostors(env, authorities.platform))], atOnce)
  },
}

type Authorities = Record<Authority, Pair>
const ofEach = async (make: (authority: Authority) => Promise<Pair>): Promise<Authorities> => ({ platform: await make('platform'), rest: await make('rest'), monitoring: await make('monitoring') })

const weak = { 'CBC and SHA-1': 'ECDHE-ECDSA-AES128-SHA', 'no encryption': 'ECDHE-ECDSA-NULL-SHA', 'no authentication': 'AECDH-AES128-SHA', 'no forward secrecy': 'AES128-SHA' }
const other = { platform: 'rest', rest: 'platform', monitoring: 'platform' } as const

type Refusal = 'plaintext' | 'none' | 'unknownAuthority' | 'expired' | 'early'
/**
 * How each refuses whom. Java answers most bad certificates alike; PostgreSQL tells them apart, and asks for one only at the log-in; Node
 * lets OpenSSL demand one, judges it after the handshake and closes without a word.
 */
export const refusals: Record<Implementation, Record<Refusal, string>> = {
  Java: {
    plaintext: 'TLS alert instead of an answer',
    none: 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    unknownAuthority: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
    expired: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
    early: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
  },
  PostgreSQL: {
    plaintext: 'SQLSTATE 28000',
    none: 'SQLSTATE 28000',
    unknownAuthority: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    expired: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
    early: 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
  },
  Node: {
    plaintext: 'connection closed',
    none: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    unknownAuthority: 'connection closed',
    expired: 'connection closed',
    early: 'connection closed',
  },
  Go: {
    plaintext: 'HTTP 400',
    none: 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    unknownAuthority: 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    expired: 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    early: 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
  },
}

async function claimsAbout(env: Environment, listener: Listener, authorities: Authorities, foreign: Authorities): Promise<Claim[]> {
  const files = certificateFiles(env, listener.entitled, authorityFile[listener.authority])
  const own = authorities[listener.authority]
  const ca = own.cert
  const entitled = { key: readFileSync(files.key), cert: readFileSync(files.cert), ca }
  const name = listener.entitled
  const refused = refusals[listener.implementation]
  const claim = (what: string, expected: string, identity: ConnectionOptions | Promise<Pair>): Claim => ({
    name: `${listener.name}: ${what}`,
    expected,
    look: async () => shown(listener, await speak(listener, { ca, ...(await identity) })),
  })
  const old = (version: 'TLSv1' | 'TLSv1.1') => ({ ...entitled, minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' })
  const cipher = (ciphers: string) => ({ ...entitled, maxVersion: 'TLSv1.2' as const, ciphers: `${ciphers}:@SECLEVEL=0` })
  return [
    claim(`${name}'s certificate`, 'answered by TLSv1.3', entitled),
    claim(`${name}'s certificate, TLS 1.2`, 'answered by TLSv1.2', cipher('ECDHE-ECDSA-AES128-GCM-SHA256')),
    { name: `${listener.name}: plaintext`, expected: refused.plaintext, look: async () => shown(listener, await speakPlainly(listener)) },
    claim('no certificate', refused.none, {}),
    claim('the same name signed by a foreign CA', refused.unknownAuthority, sign(foreign[listener.authority], { name })),
    claim("the same name signed by the stack's other CA", refused.unknownAuthority, sign(authorities[other[listener.authority]], { name })),
    claim('a self-signed certificate', refused.unknownAuthority, foreign[listener.authority]),
    claim('an expired certificate', refused.expired, sign(own, { name, fromDays: -30, toDays: -1 })),
    claim('a certificate that is not valid yet', refused.early, sign(own, { name, fromDays: 1, toDays: 30 })),
    ...strangers(listener, own, claim),
    claim('TLS 1.0', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', old('TLSv1')),
    claim('TLS 1.1', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', old('TLSv1.1')),
    ...Object.entries(weak).map(([what, ciphers]) => claim(`a cipher with ${what}`, 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', cipher(ciphers))),
    claim('called by a name that is not in its certificate', 'ERR_TLS_CERT_ALTNAME_INVALID', { ...entitled, servername: 'elsewhere.example' }),
  ]
}

/** Signed by our CA, yet nobody we know. What a broker lets such a one do is shown by the matrix of `acl`. */
function strangers({ speech }: Listener, own: Pair, claim: (what: string, expected: string, identity: Promise<Pair>) => Claim): Claim[] {
  if (speech === 'kafka') return [claim('operator of another organisation', 'connection closed', sign(own, { name: 'operator', organisation: 'Elsewhere' }))]
  return speech === 'postgres' ? [claim("an unknown name asking for the operator's role", 'SQLSTATE 28000', sign(own, { name: 'stranger' }))] : []
}

/** PostgreSQL may answer an error instead of closing; a server of TLS answers plaintext by an alert record (type 21). */
function shown({ speech }: Listener, attempt: Attempt): string {
  if (attempt.outcome === 'silent') return 'neither an answer nor a refusal'
  if (attempt.outcome === 'refused') return attempt.code
  const { said, protocol } = attempt
  const state = speech === 'postgres' && said.toString('latin1', 0, 1) === 'E' ? /\0C(\w{5})\0/.exec(said.toString('latin1'))?.[1] : undefined
  if (state) return `SQLSTATE ${state}`
  if (protocol === 'plaintext' && said.toString('latin1', 0, 12) === 'HTTP/1.0 400') return 'HTTP 400'
  return protocol === 'plaintext' && said[0] === 21 ? 'TLS alert instead of an answer' : `answered by ${protocol}`
}

function listens(pid: number): { ok: boolean; seen: string } {
  const addresses = listeningAddresses(family(pid))
  const beyond = addresses.filter((address) => !isLoopback(address))
  return { ok: beyond.length === 0, seen: beyond.length > 0 ? `on ${beyond.join(', ')}` : `on ${addresses.join(', ') || 'no port'}` }
}

/** Our clients verify whom they talk to: somebody in the place of a broker is refused before anything is said. */
async function impostors(env: Environment, authority: Pair): Promise<Claim[]> {
  const files = certificateFiles(env, 'shop-api')
  const client = { key: readFileSync(files.key), cert: readFileSync(files.cert), ca: readFileSync(join(env.stack, 'certs', 'ca.crt')) }
  const server = (what: string, expected: string, pair: Promise<Pair>): Claim => ({
    name: `a client meets a server with ${what}`,
    expected,
    look: async () => {
      const fake = createServer({ ...(await pair), ca: authority.cert, requestCert: true }, (socket) => socket.on('error', () => {}).end('answer'))
      fake.on('tlsClientError', () => {})
      await new Promise<void>((resolve) => fake.listen(0, env.host, resolve))
      const { port } = fake.address() as AddressInfo
      try {
        return shownPlainly(await speak({ address: `${env.host}:${port}`, speech: 'kafka' }, client))
      } finally {
        fake.close()
      }
    },
  })
  return [
    server('a right certificate', 'answered by TLSv1.3', sign(authority, { name: 'kafka-1', addresses: [env.host] })),
    server('a wrong address', 'ERR_TLS_CERT_ALTNAME_INVALID', sign(authority, { name: 'kafka-1', addresses: ['127.99.99.99'] })),
    server('an expired certificate', 'CERT_HAS_EXPIRED', sign(authority, { name: 'kafka-1', addresses: [env.host], fromDays: -30, toDays: -1 })),
    server('a certificate of a foreign CA', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', newAuthority('ca').then((foreign) => sign(foreign, { name: 'kafka-1', addresses: [env.host] }))),
  ]
}

const shownPlainly = (attempt: Attempt) => (attempt.outcome === 'answered' ? `answered by ${attempt.protocol}` : attempt.outcome === 'refused' ? attempt.code : 'silent')
