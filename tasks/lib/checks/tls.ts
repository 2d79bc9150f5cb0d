import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { certificateFiles, type Environment } from '../../../clients/environment.ts'
import { type Authority, authorityFile } from '../authorities.ts'
import type { Service } from '../compose.ts'
import { newAuthority, type Pair, sign } from '../signing.ts'
import { hasProgram, processOf } from '../stack.ts'
import { type Attempt, speak, speakPlainly } from '../tls.ts'
import { missingTool } from '../tools.ts'
import { family } from '../usage.ts'
import { type Claim, type Group, judged, prove, Unproven } from './check.ts'
import { impostors } from './impostors.ts'
import { type Implementation, isLoopback, type Listener, listenersOf, listeningAddresses, type Port } from './listeners.ts'
import { type Signer, signer } from './signer.ts'

/** How many connections at a time; a broker holds back the answer to a failed handshake for a moment. */
const atOnce = 12

/** Every listener takes whom it should and refuses everybody else in the way that shows why. */
export const tls: Group = {
  name: 'tls',
  about: 'every listener speaks TLS 1.3 or 1.2 with our certificates only, or plaintext that is declared; nothing listens beyond loopback',
  run: async ({ env, services }) => {
    const options = { limit: atOnce }
    const pids = new Map(services.flatMap((service) => (hasProgram(env, service) ? [[service.name, processOf(env, service)?.pid] as const] : [])))
    const serving = services.filter(({ name, ports }) => ports.length > 0 && pids.has(name))
    const where = await prove('tls', [...serving.map((service) => listensOnLoopback(service, pids.get(service.name))), ...leftOut(env, services)], options)
    const listeners = listenersOf(serving)
    const runs = ({ service }: { service: string }) => pids.get(service) !== undefined
    const ports = [...listeners.plaintext.filter(runs).map((port) => isPlaintext(port, pids.get(port.service))), ...listeners.unknown.map(isUnknown)]
    // of what does not run, or does not answer at all, one line tells more than one for each way to be refused
    const running = listeners.tls.filter(runs)
    const [own, foreign] = [await ofEach((authority) => signer(env, authority)), await ofEach((authority) => newAuthority(authorityFile[authority]).then((pair) => async () => pair))]
    const claims = running.map((listener) => claimsAbout(env, listener, own, foreign))
    const twins = await prove('tls', claims.flatMap(([twin]) => twin ?? []), options)
    const answering = claims.filter((_, index) => !isDead(twins[index]?.seen ?? ''))
    const told = twins.map((twin, index) => (isDead(twin.seen) ? { ...twin, seen: `${twin.seen}; ${(claims[index]?.length ?? 1) - 1} more claims not tried` } : twin))
    return [...told, ...(await prove('tls', [...answering.flatMap(([, ...others]) => others), ...ports, ...impostors(env, own.platform)], options)), ...where]
  },
}

const silence = 'neither an answer nor a refusal'
/** Nothing came back, or nobody was there. */
const isDead = (seen: string) => seen === silence || /ECONNREFUSED|no answer/.test(seen)

type Signers = Record<Authority, Signer>
const ofEach = async (make: (authority: Authority) => Promise<Signer>): Promise<Signers> => ({
  platform: await make('platform'),
  rest: await make('rest'),
  monitoring: await make('monitoring'),
  alerting: await make('alerting'),
})

const weak = { 'CBC and SHA-1': 'ECDHE-ECDSA-AES128-SHA', 'no encryption': 'ECDHE-ECDSA-NULL-SHA', 'no authentication': 'AECDH-AES128-SHA', 'no forward secrecy': 'AES128-SHA' }
const other = { platform: 'rest', rest: 'platform', monitoring: 'platform', alerting: 'monitoring' } as const

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

/** The first of them is the one that everything else is worth nothing without. */
function claimsAbout(env: Environment, listener: Listener, own: Signers, foreign: Signers): Claim[] {
  const files = certificateFiles(env, listener.entitled, authorityFile[listener.authority])
  const ca = readFileSync(files.ca)
  const entitled = { key: readFileSync(files.key), cert: readFileSync(files.cert), ca }
  const name = listener.entitled
  const refused = refusals[listener.implementation]
  const claim = (what: string, expected: string, identity: ConnectionOptions | (() => Promise<Pair>)): Claim => ({
    name: `${listener.name}: ${what}`,
    expected,
    look: async () => shown(listener, await speak(listener, { ca, ...(typeof identity === 'function' ? await identity() : identity) })),
  })
  const signed = (by: Signer, options: Omit<Parameters<typeof sign>[1], 'name'> = {}) => async () => sign(await by(), { name, ...options })
  const old = (version: 'TLSv1' | 'TLSv1.1') => ({ ...entitled, minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' })
  const cipher = (ciphers: string) => ({ ...entitled, maxVersion: 'TLSv1.2' as const, ciphers: `${ciphers}:@SECLEVEL=0` })
  return [
    claim(`${name}'s certificate`, 'answered by TLSv1.3', entitled),
    claim(`${name}'s certificate, TLS 1.2`, 'answered by TLSv1.2', cipher('ECDHE-ECDSA-AES128-GCM-SHA256')),
    { name: `${listener.name}: plaintext`, expected: refused.plaintext, look: async () => shown(listener, await speakPlainly(listener)) },
    ...(listener.open
      ? [claim('no certificate', 'answered by TLSv1.3', {})]
      : [
          claim('no certificate', refused.none, {}),
          claim('the same name signed by a foreign CA', refused.unknownAuthority, signed(foreign[listener.authority])),
          claim("the same name signed by the stack's other CA", refused.unknownAuthority, signed(own[other[listener.authority]])),
          claim('a self-signed certificate', refused.unknownAuthority, foreign[listener.authority]),
          claim('an expired certificate', refused.expired, signed(own[listener.authority], { fromDays: -30, toDays: -1 })),
          claim('a certificate that is not valid yet', refused.early, signed(own[listener.authority], { fromDays: 1, toDays: 30 })),
        ]),
    ...strangers(listener, own[listener.authority], claim),
    claim('TLS 1.0', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', old('TLSv1')),
    claim('TLS 1.1', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', old('TLSv1.1')),
    ...Object.entries(weak).map(([what, ciphers]) => claim(`a cipher with ${what}`, 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', cipher(ciphers))),
    claim('called by a name that is not in its certificate', 'ERR_TLS_CERT_ALTNAME_INVALID', { ...entitled, servername: 'elsewhere.example' }),
  ]
}

/** Signed by our CA, yet nobody we know. What a broker lets such a one do is shown by the matrix of `acl`. */
function strangers({ speech }: Listener, own: Signer, claim: (what: string, expected: string, identity: () => Promise<Pair>) => Claim): Claim[] {
  if (speech === 'kafka') return [claim('operator of another organisation', 'connection closed', async () => sign(await own(), { name: 'operator', organisation: 'Elsewhere' }))]
  return speech === 'postgres' ? [claim("an unknown name asking for the operator's role", 'SQLSTATE 28000', async () => sign(await own(), { name: 'stranger' }))] : []
}

/** PostgreSQL may answer an error instead of closing; a server of TLS answers plaintext by an alert record (type 21). */
function shown({ speech }: Listener, attempt: Attempt): string {
  if (attempt.outcome === 'silent') return silence
  if (attempt.outcome === 'refused') return attempt.code
  const { said, protocol } = attempt
  const state = speech === 'postgres' && said.toString('latin1', 0, 1) === 'E' ? /\0C(\w{5})\0/.exec(said.toString('latin1'))?.[1] : undefined
  if (state) return `SQLSTATE ${state}`
  if (protocol === 'plaintext' && said.toString('latin1', 0, 12) === 'HTTP/1.0 400') return 'HTTP 400'
  return protocol === 'plaintext' && said[0] === 21 ? 'TLS alert instead of an answer' : `answered by ${protocol}`
}

function listensOnLoopback({ name, ports }: Service, pid: number | undefined): Claim {
  return {
    name: `${name} listens`,
    expected: `on ${ports.map(({ host, port }) => `${host}:${port}`).join(', ')}, and elsewhere on loopback only`,
    look: async () => {
      if (pid === undefined) return judged(false, 'it does not run')
      const addresses = listeningAddresses(family(pid))
      const beyond = addresses.filter((address) => !isLoopback(address))
      const missing = ports.map(({ host, port }) => `${host}:${port}`).filter((address) => !addresses.includes(address))
      return judged(beyond.length + missing.length === 0, beyond.length > 0 ? `on ${beyond.join(', ')}` : `${missing.length > 0 ? `not on ${missing.join(', ')}; ` : ''}on ${addresses.join(', ') || 'no port'}`)
    },
  }
}

/** What this machine has no program for. */
function leftOut(env: Environment, services: Service[]): Claim[] {
  return services.flatMap((service): Claim[] => {
    const { name, tool } = service
    if (!tool || hasProgram(env, service)) return []
    return [{ name: `${name} listens`, expected: 'on loopback only', look: () => Promise.reject(new Unproven(missingTool(tool), 'task status')) }]
  })
}

function isPlaintext({ name, address }: Port, pid: number | undefined): Claim {
  return {
    name: `${name}: plaintext, as declared`,
    expected: 'on loopback only',
    look: async () => {
      const port = address.split(':').at(-1) ?? ''
      const found = pid === undefined ? [] : listeningAddresses(family(pid)).filter((each) => each.endsWith(`:${port}`))
      return judged(found.length > 0 && found.every(isLoopback), found.every(isLoopback) && found.length > 0 ? 'on loopback only' : found.join(', ') || 'nobody listens')
    },
  }
}

function isUnknown({ name, kind }: Port): Claim {
  return { name, expected: 'TLS, or plaintext that is declared', look: async () => judged(false, `a listener of kind ${kind}: nobody has said what it speaks (tasks/lib/checks/listeners.ts)`) }
}
