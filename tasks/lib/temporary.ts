import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../clients/environment.ts'

/**
 * Where what is temporary lies: in the stack, with which it goes. A program that was killed leaves it behind, and a system
 * whose /tmp is full, or mounted noexec, fails those that unpack libraries there.
 */
const folderOf = (env: Environment, name: string) => join(env.stack, 'tmp', name)

/** The folder of a service for what is temporary, empty at each of its starts. */
export function emptyTemporary(env: Environment, service: string): string {
  const folder = removeTemporary(env, service)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

/** Deletes it, when the service has ended; returns where it was. */
export function removeTemporary(env: Environment, service: string): string {
  const folder = folderOf(env, service)
  rmSync(folder, { recursive: true, force: true })
  return folder
}

/** A folder for one run of a program that is no service; the caller deletes it. */
export function oneTemporary(env: Environment, name: string): string {
  mkdirSync(folderOf(env, ''), { recursive: true, mode: 0o700 })
  return mkdtempSync(folderOf(env, `${name}-`))
}

/** Counters of a JVM lie in /tmp, whatever it is told, or in its memory alone: jcmd and JMX still have them, jps and jstat do not. */
export const countersInMemory = '-XX:+PerfDisableSharedMem'

/** Has a JVM, which does not heed TMPDIR, unpack libraries and pages into a folder. */
export const temporaryOptions = (folder: string): string[] => [`-Djava.io.tmpdir=${folder}`, countersInMemory]
