import { existsSync, readFileSync } from 'node:fs'
import { InfraError } from '../../clients/errors.ts'
import { writesIntoNothing } from '../../clients/written-file.ts'
import type { Service } from './compose.ts'
import type { PidFile } from './processes.ts'

/** Limits that a program runs into while it works: how its own words tell of them, and what to look at. */
const causes: [RegExp, string][] = [
  [/Too many open files|EMFILE|ENFILE/, 'it may open no more files: ulimit -n'],
  [/unable to create (?:new )?native thread|pthread_create failed|could not fork/i, 'it may start no more threads: ulimit -u, pids.max of its control group'],
  [/OutOfMemoryError: (?:Java heap space|GC overhead)/, 'its heap is too small for what it holds: -Xmx in compose/compose.yaml'],
  [/(?<!ExitOn)OutOfMemoryError|Cannot allocate memory|insufficient memory|errno=12\b|out of memory/i, 'there is no memory left: free -m, ulimit -v'],
  [/No space left on device|ENOSPC|Disk quota exceeded/, 'its disk is full: df -h, df -i'],
  [/File too large|File size limit exceeded/, 'a file may grow no more: ulimit -f'],
  [/Read-only file system|EROFS/, 'its folder can only be read: mount'],
  [/failed to map segment from shared object/, 'libraries may not run from the folder of the stack, which is mounted noexec: VYGODNO_STACK'],
  [/Address already in use|EADDRINUSE/, 'another program has its port: task status'],
]

/** What a service has said last since this start of it, empty when it has said nothing. */
export function lastLine(service: Service, start: PidFile): string {
  return logLines(service, start).at(-1) ?? ''
}

/** The limit that it ran into, if it has told of one since this start; its last 20 lines; and where the others are, for a message. */
export function lastLines(service: Service, start: PidFile): string {
  const lines = logLines(service, start)
  const cause = limitIn(lines)
  return [...(cause ? [`  ${cause}`] : []), ...lines.slice(-20).map((line) => `  | ${line}`), `  log: ${service.folders.log}`].join('\n')
}

/** The last 20 lines of a service that runs no more, of whichever start. */
export function lastWords({ folders: { log } }: Service): string[] {
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-20).filter(Boolean) : []
}

/** The limit that the newest of these lines tells of, undefined when none does. */
export function limitIn(lines: string[]): string | undefined {
  for (const line of lines.toReversed()) for (const [pattern, cause] of causes) if (pattern.test(line)) return cause
  return undefined
}

export function died(service: Service, how: string, start: PidFile): InfraError {
  return new InfraError('SERVICE_DIED', `expected ${service.name} to run, it ended: ${how}\n${lastLines(service, start)}`, `task logs -- ${service.name}`)
}

/** What ran into a limit for a moment is ready within this time of telling so. */
const hopeMs = 5_000
const lookEveryMs = 1_000

/**
 * Ends the waiting for a service that can't become ready.
 *
 * @returns to be called again and again while it lives and is not ready; it throws InfraError `SERVICE_STARVED` when the
 *   service has told of a limit a while ago
 */
export function limitWatch(service: Service, start: PidFile): () => void {
  let [lookAt, toldAt] = [0, Infinity]
  return () => {
    const now = performance.now()
    if (now < lookAt) return
    lookAt = now + lookEveryMs
    if (limitIn(logLines(service, start)) === undefined) return
    toldAt = Math.min(toldAt, now)
    if (now - toldAt > hopeMs) throw new InfraError('SERVICE_STARVED', `expected ${service.name} to be ready, it ran into a limit\n${lastLines(service, start)}`, `task logs -- ${service.name}`)
  }
}

/** Whether what a running service says is lost: its log was deleted under it. */
export function hasLostLog(service: Service, { pid }: PidFile): boolean {
  return writesIntoNothing(pid, service.folders.log)
}

/** A log that is shorter than it was at the start has been rolled since: all of it is of this start. */
function logLines({ folders: { log } }: Service, { logFrom }: PidFile): string[] {
  if (!existsSync(log)) return []
  const bytes = readFileSync(log)
  const text = bytes.subarray(bytes.length < logFrom ? 0 : logFrom).toString().trimEnd()
  return text === '' ? [] : text.split('\n')
}
