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
  [/OutOfMemoryError|Cannot allocate memory|insufficient memory|errno=12\b|out of memory/i, 'there is no memory left: free -m, ulimit -v'],
  [/No space left on device|ENOSPC|Disk quota exceeded/, 'its disk is full: df -h, df -i'],
  [/File too large|File size limit exceeded/, 'a file may grow no more: ulimit -f'],
  [/Read-only file system|EROFS/, 'its folder can only be read: mount'],
  [/failed to map segment from shared object/, 'libraries may not run from the folder of the stack, which is mounted noexec: VYGODNO_STACK'],
  [/Address already in use|EADDRINUSE/, 'another program has its port: task status'],
]

/** What a service has said last, empty when it has said nothing. */
export function lastLine(service: Service): string {
  return logLines(service).at(-1) ?? ''
}

/** The limit that it ran into, if its last lines tell of one; its last 20 lines; and where the others are, for a message. */
export function lastLines(service: Service): string {
  const lines = logLines(service).slice(-20)
  const cause = limitIn(lines)
  return [...(cause ? [`  ${cause}`] : []), ...lines.map((line) => `  | ${line}`), `  log: ${service.folders.log}`].join('\n')
}

/** The limit that the newest of these lines tells of, undefined when none does. */
export function limitIn(lines: string[]): string | undefined {
  for (const line of lines.toReversed()) for (const [pattern, cause] of causes) if (pattern.test(line)) return cause
  return undefined
}

export function died(service: Service, how: string): InfraError {
  return new InfraError('SERVICE_DIED', `expected ${service.name} to run, it ended: ${how}\n${lastLines(service)}`, `task logs -- ${service.name}`)
}

/** Whether what a running service says is lost: its log was deleted under it. */
export function hasLostLog(service: Service, { pid }: PidFile): boolean {
  return writesIntoNothing(pid, service.folders.log)
}

function logLines(service: Service): string[] {
  return existsSync(service.folders.log) ? readFileSync(service.folders.log, 'utf8').trimEnd().split('\n') : []
}
