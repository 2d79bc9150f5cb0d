import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../clients/environment.ts'
import { allPids, procFile, startedAt, startTicks, statFields } from './proc.ts'
import { type PidFile, readPidFile } from './processes.ts'

/** What every process of a stack carries in its environment, so that it is found when no pid file names it. */
export function marks(env: Environment, service: string): Record<string, string> {
  return { VYGODNO_STACK: env.stack, VYGODNO_SERVICE: service }
}

/** A process that was started as a service, of whatever stack. */
export type Marked = { service: string; stack: string; process: PidFile }

/**
 * Processes of this stack that no pid file names: left by a command that was killed between the start of a process and
 * its pid file, or their pid files were deleted by hand. One for each process group.
 */
export function orphans(env: Environment): Marked[] {
  const named = pidsOfFiles(join(env.stack, 'run'))
  return allPids().flatMap((pid) => {
    const group = Number(statFields(pid)[2])
    // who has outlived the leader of its group stands for itself
    if (named.includes(group) || (group !== pid && startTicks(group) !== undefined)) return []
    const marked = markedAs(pid)
    return marked?.stack === env.stack ? [marked] : []
  })
}

/** The service that a process was started as, undefined for any other and for those of other users. */
export function markedAs(pid: number): Marked | undefined {
  const ticks = startTicks(pid)
  const own = statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === process.getuid?.()
  const variables = own ? procFile(`${pid}/environ`).split('\0') : []
  const valueOf = (name: string) => variables.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1)
  const [service, stack] = [valueOf('VYGODNO_SERVICE'), valueOf('VYGODNO_STACK')]
  if (!ticks || !service || !stack) return undefined
  return { service, stack, process: { pid, startTicks: ticks, fingerprint: '', startedAt: startedAt(ticks), logFrom: 0 } }
}

function pidsOfFiles(folder: string): number[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.pid')).flatMap((name) => readPidFile(join(folder, name))?.pid ?? [])
  } catch {
    // a stack that was deleted has none
    return []
  }
}
