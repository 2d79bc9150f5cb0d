import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Authority } from '../authorities.ts'
import { type Service, servingPorts } from '../compose.ts'
import type { Server, Speech } from '../tls.ts'

/** Whose TLS a server is made with: each words its refusals in its own way. */
export type Implementation = 'Java' | 'PostgreSQL' | 'Node' | 'Go'

/** A listener that speaks TLS: who of our principals it takes, and whose signature that one needs. */
export type Listener = Server & { name: string; authority: Authority; entitled: string; implementation: Implementation }

/** What a service whose readiness is probed so speaks on all of its ports (compose.yaml, healthcheck). */
const speechOf: Record<string, { speech: Speech; authority: Authority; entitled: string; implementation: Implementation }> = {
  kafka: { speech: 'kafka', authority: 'platform', entitled: 'operator', implementation: 'Java' },
  connect: { speech: 'https', authority: 'rest', entitled: 'connect-admin', implementation: 'Java' },
  postgres: { speech: 'postgres', authority: 'platform', entitled: 'operator', implementation: 'PostgreSQL' },
  https: { speech: 'https', authority: 'monitoring', entitled: 'monitor', implementation: 'Node' },
}

/** Every port of every service that speaks TLS. */
export function tlsListeners(services: Service[]): Listener[] {
  return services.flatMap((service) => {
    const known = speechOf[service.probe?.kind ?? '']
    if (!known) return []
    const implementation = service.tool ? 'Go' : known.implementation
    return servingPorts(service).map(({ host, port }) => ({ ...known, implementation, name: `${service.name}:${port}`, address: `${host}:${port}` }))
  })
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
