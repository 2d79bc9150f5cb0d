import { spawn } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { cleanEnvironment } from '../../clients/surroundings.ts'
import { startTicks } from './proc.ts'

/**
 * A process we started. The start time tells it from another process that got the same pid later; what it says begins at
 * a byte of its log.
 */
const pidShape = z.object({ pid: z.int().positive(), startTicks: z.string(), fingerprint: z.string(), startedAt: z.string(), logFrom: z.int().nonnegative().prefault(0) })
export type PidFile = z.infer<typeof pidShape>

/** The process a pid file names, if that very process still runs; a stale or damaged file counts as none. */
export function readPidFile(file: string): PidFile | undefined {
  try {
    const parsed = pidShape.parse(JSON.parse(readFileSync(file, 'utf8')))
    return startTicks(parsed.pid) === parsed.startTicks ? parsed : undefined
  } catch {
    return undefined
  }
}

/**
 * Writes a pid file, whole or not at all.
 *
 * @throws Error when it names another process that lives: that one would never be stopped
 */
export function writePidFile(file: string, process: PidFile): void {
  requireUnclaimed(file, process.pid)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify(process))
  renameSync(`${file}.new`, file)
}

function requireUnclaimed(file: string, by?: number): void {
  const claimed = readPidFile(file)
  if (claimed && claimed.pid !== by) throw new Error(`${file} names pid ${claimed.pid}, which lives: it is not overwritten`)
}

/** Whether the process a pid file describes runs still. */
export function isAlive({ pid, startTicks: ticks }: PidFile): boolean {
  return startTicks(pid) === ticks
}

/** A process that has been started by this one. */
export type Started = { process: PidFile; ended: Promise<string>; release: () => void }

/**
 * Starts a program in a process group of its own that outlives this one; its output is appended to the log file.
 *
 * @param fingerprint what the process was started from, to notice later that its declaration has changed
 * @returns the process, a promise of how it ended, and `release()`, after which this process no longer waits for that one
 */
export function startDetached(
  command: string[],
  options: { cwd: string; env: Record<string, string>; log: string; pidFile?: string; fingerprint?: string },
): Started {
  const [program = '', ...args] = command
  if (options.pidFile) requireUnclaimed(options.pidFile)
  mkdirSync(dirname(options.log), { recursive: true })
  mkdirSync(options.cwd, { recursive: true })
  const log = openSync(options.log, 'a')
  const logFrom = fstatSync(log).size
  const child = spawn(program, args, { cwd: options.cwd, env: cleanEnvironment(options.env), detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (code, signal) => resolve(code === null ? `signal ${signal}` : `exit code ${code}`))
  })
  const pid = child.pid ?? 0
  const started = { pid, startTicks: startTicks(pid) ?? '', fingerprint: options.fingerprint ?? '', startedAt: new Date().toISOString(), logFrom }
  if (options.pidFile && child.pid) writePidFile(options.pidFile, started)
  return { process: started, ended, release: () => child.unref() }
}

/** Sends a signal to a process's whole group; nothing happens when it has ended. */
export function signalGroup(target: PidFile, signal: NodeJS.Signals): void {
  // one that has outlived the leader of its group is no group
  for (const id of [-target.pid, target.pid]) {
    if (!isAlive(target)) return
    try {
      process.kill(id, signal)
      return
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }
}

/**
 * Stops a process: its stop signal, then after the grace period KILL.
 *
 * @returns how it went; `killed` means that the grace period was not enough
 */
export async function stopProcess(target: PidFile, graceMs: number, signal: NodeJS.Signals = 'SIGTERM'): Promise<'stopped' | 'killed'> {
  signalGroup(target, signal)
  if (await gone(target, graceMs)) return 'stopped'
  signalGroup(target, 'SIGKILL')
  await gone(target, 5_000)
  return 'killed'
}

/** Removes a pid file whether or not it is there. */
export function forget(pidFile: string): void {
  rmSync(pidFile, { force: true })
}

async function gone(target: PidFile, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs
  while (isAlive(target)) {
    if (performance.now() > deadline) return false
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return true
}
