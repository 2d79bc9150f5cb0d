import { readdirSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'

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
