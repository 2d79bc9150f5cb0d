import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Authority } from '../authorities.ts'
import { type Service, servingPorts } from '../compose.ts'
import type { Server, Speech } from '../tls.ts'

/** Whose TLS a server is made with: each words its refusals in its own way. */
export type Implementation = 'Java' | 'PostgreSQL' | 'Node' | 'Go'

/**
 * A listener that speaks TLS: who of our principals it takes, and whose signature that one needs. One that is `open` asks for
 * no certificate: its users have passwords.
 */
export type Listener = Server & { name: string; service: string; authority: Authority; entitled: string; implementation: Implementation; open?: true }

/** A listener of which nothing is to be tried but where it listens. */
export type Port = { name: string; service: string; address: string; kind: string }

type Secured = { speech: Speech; authority: Authority; entitled: string; implementation: Implementation; open?: true }

/** What a service whose readiness is probed so speaks on all of its ports but that of its metrics (compose.yaml, healthcheck). */
const speechOf: Record<string, Secured | 'plaintext'> = {
  kafka: { speech: 'kafka', authority: 'platform', entitled: 'operator', implementation: 'Java' },
  connect: { speech: 'https', authority: 'rest', entitled: 'connect-admin', implementation: 'Java' },
  postgres: { speech: 'postgres', authority: 'platform', entitled: 'operator', implementation: 'PostgreSQL' },
  https: { speech: 'https', authority: 'monitoring', entitled: 'monitor', implementation: 'Node' },
  alertmanager: { speech: 'https', authority: 'alerting', entitled: 'on-call', implementation: 'Go' },
  // people come with a browser, which has no certificate of ours
  grafana: { speech: 'https', authority: 'monitoring', entitled: 'monitor', implementation: 'Go', open: true },
  // Hadoop and Spark know no TLS without Kerberos, or a key store of their own: docs/threat-model.md
  hdfs: 'plaintext',
  datanode: 'plaintext',
  'spark-master': 'plaintext',
  'spark-worker': 'plaintext',
}

/** Every port of every service: what speaks TLS, what is declared to speak plaintext, and what nobody has said anything about. */
export function listenersOf(services: Service[]): { tls: Listener[]; plaintext: Port[]; unknown: Port[] } {
  const found = { tls: [] as Listener[], plaintext: [] as Port[], unknown: [] as Port[] }
  for (const service of services)
    for (const { host, port } of service.ports) {
      const kind = service.probe?.kind ?? 'none'
      const place = { name: `${service.name}:${port}`, service: service.name, address: `${host}:${port}` }
      const known = servingPorts(service).some((serving) => serving.port === port) ? speechOf[kind] : 'plaintext'
      if (known === undefined) found.unknown.push({ ...place, kind })
      else if (known === 'plaintext') found.plaintext.push({ ...place, kind })
      else found.tls.push({ ...known, ...place, implementation: service.tool ? 'Go' : known.implementation })
    }
  return found
}

/** Addresses that processes listen on, as `127.0.0.1:19091` or `[hex]:port` (proc(5), net/tcp; state 0A is LISTEN). */
export function listeningAddresses(pids: number[]): string[] {
  const own = new Set(pids.flatMap(socketsOf))
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((row) => row[3] === '0A' && own.has(`socket:[${row[9]}]`))
      .map((row) => readable(row[1] ?? '')),
  )
}

function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`
  try {
    return readdirSync(folder).flatMap((fd) => {
      try {
        return [readlinkSync(`${folder}/${fd}`)]
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}

/** IPv4 stands as one little-endian hexadecimal number, IPv6 as four; an IPv4 address may be mapped into IPv6. */
function readable(hex: string): string {
  const [address = '', port = ''] = hex.split(':')
  const words = (address.match(/.{8}/g) ?? []).map((word) => Buffer.from(word, 'hex').reverse())
  const bytes = Buffer.concat(words)
  const mapped = bytes.length === 16 && bytes.subarray(0, 12).toString('hex') === '00000000000000000000ffff'
  const shown = bytes.length === 4 || mapped ? bytes.subarray(-4).join('.') : `[${bytes.toString('hex')}]`
  return `${shown}:${Number.parseInt(port, 16)}`
}

/** 127.0.0.0/8 or ::1. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address.startsWith(`[${'0'.repeat(31)}1]:`)
}
