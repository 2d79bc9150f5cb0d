import { readdirSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Environment } from '../../clients/environment.ts'
import { PrerequisiteError } from '../../clients/errors.ts'
import type { Service } from './compose.ts'
import { markedAs } from './orphans.ts'
import { allPids, procFile } from './proc.ts'

/** Whether an address can be listened on now. */
function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}

/**
 * Makes sure that services can listen where they are declared to.
 *
 * @throws PrerequisiteError `PORT_TAKEN` naming who holds each port that is taken
 */
export async function requireFreePorts(env: Environment, services: Service[]): Promise<void> {
  const taken: { text: string; stack?: string }[] = []
  for (const { name, ports } of services)
    for (const { host, port } of ports) {
      if (await isFree(host, port)) continue
      const { shown, stack } = holderOf(port)
      taken.push({ text: `${host}:${port} for ${name} is held by ${shown}`, ...(stack ? { stack } : {}) })
    }
  if (taken.length === 0) return
  const stacks = [...new Set(taken.flatMap(({ stack }) => stack ?? []))]
  const ways = [
    ...stacks.map((stack) => (stack === env.stack ? 'task down' : `VYGODNO_STACK='${stack.replaceAll("'", String.raw`'\''`)}' task down`)),
    `${stacks.length > 0 ? 'or ' : ''}end that process, or choose other ports: compose/.env lists them, the environment overrides it (KAFKA_1_PORT=… task up)`,
  ]
  throw new PrerequisiteError('PORT_TAKEN', `expected free ports, got:\n  ${taken.map(({ text }) => text).join('\n  ')}`, ways.join('\n  → '))
}

/** Who listens on a port, and the stack that it is a service of, if it is one. */
type Holder = { shown: string; stack?: string }

/** Who listens on a port, as `pid 123 (java)`; `another user's process` when that can't be seen. */
function holderOf(port: number): Holder {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  const listening = ['net/tcp', 'net/tcp6'].flatMap(rowsOf)
  const pid = ownerOf(listening.filter((row) => row[1]?.endsWith(`:${hexPort}`) && row[3] === '0A').map((row) => row[9] ?? ''))
  if (pid === undefined) return { shown: "another user's process" }
  const marked = markedAs(pid)
  const shown = `pid ${pid} (${procFile(`${pid}/comm`).trim()})`
  return marked ? { shown: `${shown}, which is ${marked.service} of the stack ${marked.stack}`, stack: marked.stack } : { shown }
}

/** Who listens on an abstract socket (unix(7)); 0 for a process that can't be seen, undefined when nobody does. */
export function listenerOf(name: string): number | undefined {
  const inodes = rowsOf('net/unix').filter((row) => row[7] === `@${name}`).map((row) => row[6] ?? '')
  return inodes.length > 0 ? (ownerOf(inodes) ?? 0) : undefined
}

/** A table of the kernel, which names sockets by their inodes; /proc/PID/fd says whose they are (proc(5)). */
function rowsOf(table: string): string[][] {
  return procFile(table).split('\n').slice(1).map((line) => line.trim().split(/\s+/))
}

function ownerOf(inodes: string[]): number | undefined {
  const sockets = inodes.map((inode) => `socket:[${inode}]`)
  return sockets.length === 0 ? undefined : allPids().find((pid) => openSockets(pid).some((socket) => sockets.includes(socket)))
}

/** Empty for a process that has ended or is somebody else's. */
function openSockets(pid: number): string[] {
  const attempt = <T>(look: () => T[]): T[] => {
    try {
      return look()
    } catch {
      return []
    }
  }
  return attempt(() => readdirSync(`/proc/${pid}/fd`)).flatMap((fd) => attempt(() => [readlinkSync(`/proc/${pid}/fd/${fd}`)]))
}
