import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../../../clients/errors.ts'
import { shellQuoted } from '../../../clients/shell.ts'
import { cleanEnvironment } from '../../../clients/surroundings.ts'
import { iniReference } from '../formats.ts'
import { asRoot, type Limit, mib, type Need, type Shortage } from './limit.ts'

const diskNeededMib = 1_024
const temporaryNeededMib = 64
/** A parallel query takes a few MiB; containers have 64 as a rule. */
const sharedNeededMib = 16
/** All groups of services make 1,500; each topic of a shop's own a dozen for each partition. */
const filesNeeded = 10_000

const shared = '/dev/shm'
const hasPostgres = ({ services }: Need) => services.some(({ name }) => name === 'postgres')

export const folderLimits: Limit[] = [
  { name: 'folder of the stack', code: 'MACHINE_UNFIT', look: ({ env }) => unusable(env.stack, 'VYGODNO_STACK=/another/folder task up', true) },
  { name: 'path of the stack', code: 'MACHINE_UNFIT', look: unformatted },
  { name: 'folder for temporary files', code: 'MACHINE_UNFIT', look: () => unusable(tmpdir(), 'TMPDIR=/another/folder and the same command again', false) },
  { name: 'free disk', code: 'NOT_ENOUGH_DISK', look: ({ env }) => tooFull(env.stack, diskNeededMib, 'free some space (task clean deletes the data of this stack), then task up') },
  { name: 'free disk for temporary files', code: 'NOT_ENOUGH_DISK', look: () => tooFull(tmpdir(), temporaryNeededMib, 'free some space there, or TMPDIR=/another/folder and the same command again') },
  { name: 'free inodes', code: 'NOT_ENOUGH_DISK', look: ({ env }) => tooManyFiles(env.stack) },
  {
    name: 'shared memory of PostgreSQL',
    code: 'MACHINE_UNFIT',
    look: (need) => (hasPostgres(need) ? [...unusable(shared, asRoot(`mount -t tmpfs -o size=64m tmpfs ${shared}`), false), ...tooFull(shared, sharedNeededMib, `${asRoot(`mount -o remount,size=64m ${shared}`)} (of a container: --shm-size=64m)`)] : []),
  },
]

/** The ini file of Grafana has no way of writing some paths. */
function unformatted({ env, services }: Need): Shortage[] {
  if (!iniReference.test(env.stack) || !services.some(({ name }) => name === 'grafana')) return []
  const command = `VYGODNO_STACK=${shellQuoted(env.stack.replaceAll('%', '-'))} task up`
  return [{ expected: 'none with %(…)s, which Grafana takes for the name of a setting', seen: env.stack, command }]
}

/** Tries what is needed there: to make a file and, for the libraries that JVMs unpack, to run it. */
function unusable(folder: string, command: string, mustRun: boolean): Shortage[] {
  const expected = `to write${mustRun ? ' and run programs' : ''} in ${folder}`
  let probe: string | undefined
  try {
    // whatever the umask: what is below is safe by it
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    probe = mkdtempSync(join(folder, '.vygodno-probe-'))
    const file = join(probe, 'probe')
    writeFileSync(file, `#!/bin/sh\n${'#'.repeat(4_096)}\nexit 0\n`, { mode: 0o700 })
    if (mustRun) execFileSync(file, { env: cleanEnvironment(), stdio: 'ignore' })
    return []
  } catch (error) {
    const isNoexec = probe !== undefined && mustRun && /spawnSync.*EACCES/.test(messageOf(error))
    return [{ expected, seen: isNoexec ? 'a file system that is mounted noexec' : messageOf(error), command: isNoexec ? `${command}, or ${asRoot(`mount -o remount,exec "$(stat -c %m '${folder}')"`)}` : command }]
  } finally {
    if (probe !== undefined) rmSync(probe, { recursive: true, force: true })
  }
}

/** @param free MiB that are free in a folder, given for tests */
export function tooFull(folder: string, neededMib: number, command: string, free = freeMib): Shortage[] {
  const seen = Math.floor(free(folder))
  return seen >= neededMib ? [] : [{ expected: `${neededMib} MiB at ${folder}`, seen: `${seen} MiB`, command }]
}

/** A folder that can't even be made is somebody else's to name. */
function freeMib(folder: string): number {
  const { bavail, bsize } = attempt(folder) ?? { bavail: Infinity, bsize: 1 }
  return (bavail * bsize) / mib
}

/** A file system without a table of inodes says that it has none at all. */
function tooManyFiles(folder: string): Shortage[] {
  const { files, ffree } = attempt(folder) ?? { files: 0, ffree: 0 }
  return files === 0 || ffree >= filesNeeded ? [] : [{ expected: `${filesNeeded} at ${folder}`, seen: String(ffree), command: `delete files there (df -i '${folder}'), or VYGODNO_STACK=/another/folder task up` }]
}

function attempt(folder: string) {
  try {
    return statfsSync(folder)
  } catch {
    return undefined
  }
}
