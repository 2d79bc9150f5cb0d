import { readdirSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What becomes of what a process writes into a file: `another` stands at its place, or nobody writes. */
export type Fate = 'written' | 'deleted' | 'another'

/**
 * Whether what a process writes into a file can be found there: a process goes on writing into a file that was deleted, or
 * replaced by another of its name, and notices nothing (proc(5), /proc/PID/fd).
 *
 * @returns `another` also when the process has not opened it; undefined when the process has ended or is somebody else's
 */
export function fateOf(pid: number, file: string): Fate | undefined {
  const open = openFiles(pid)
  const there = statSync(file, { throwIfNoEntry: false })
  if (!open) return undefined
  if (!there) return 'deleted'
  return open.some(({ dev, ino }) => dev === there.dev && ino === there.ino) ? 'written' : 'another'
}

/** Whether a process writes on into a file that was deleted from under it, and none is at its place. */
export function writesIntoNothing(pid: number, file: string): boolean {
  return !statSync(file, { throwIfNoEntry: false }) && (openFiles(pid) ?? []).some(({ target }) => target === `${file} (deleted)`)
}

function openFiles(pid: number): { target: string; dev: number; ino: number }[] | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const link = join(`/proc/${pid}/fd`, fd)
      // it may be closed meanwhile
      const seen = statSync(link, { throwIfNoEntry: false })
      return seen ? [{ target: readlinkSync(link), dev: seen.dev, ino: seen.ino }] : []
    })
  } catch {
    return undefined
  }
}
