import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer } from 'node:net'

/** Whether an address can be listened on now. */
export function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}

/**
 * Who listens on a port, as `pid 123 (java)`; `another user's process` when that can't be seen.
 * Linux: /proc/net/tcp names the socket's inode, /proc/PID/fd its owner (proc(5)).
 */
export function holderOf(port: number): string {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  const listening = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => {
    try {
      return readFileSync(file, 'utf8').split('\n').slice(1).map((line) => line.trim().split(/\s+/))
    } catch {
      return []
    }
  })
  const inodes = listening.filter((row) => row[1]?.endsWith(`:${hexPort}`) && row[3] === '0A').map((row) => `socket:[${row[9]}]`)
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    if (openSockets(pid).some((socket) => inodes.includes(socket))) return `pid ${pid} (${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()})`
  return "another user's process"
}

/** Empty for a process that has ended or is somebody else's. */
function openSockets(pid: string): string[] {
  const attempt = <T>(look: () => T[]): T[] => {
    try {
      return look()
    } catch {
      return []
    }
  }
  return attempt(() => readdirSync(`/proc/${pid}/fd`)).flatMap((fd) => attempt(() => [readlinkSync(`/proc/${pid}/fd/${fd}`)]))
}
