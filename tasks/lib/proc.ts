import { readdirSync, readFileSync } from 'node:fs'

/** A file of /proc (proc(5)), empty when its process has ended or is somebody else's. */
export function procFile(name: string): string {
  try {
    return readFileSync(`/proc/${name}`, 'utf8')
  } catch {
    return ''
  }
}

/** The numbers of all processes of this machine. */
export function allPids(): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)
}

/** What stands behind the name in /proc/PID/stat: state, parent, process group …, so that field N of proc(5) is at N - 3. */
export function statFields(pid: number): string[] {
  const stat = procFile(`${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/**
 * Start time of a process in clock ticks since boot (field 22), undefined when it does not run. A zombie that has
 * threads left (field 20) still holds its ports: a JVM's first thread may end before the others.
 */
export function startTicks(pid: number): string | undefined {
  const fields = statFields(pid)
  return fields[0] === 'Z' && Number(fields[17]) <= 1 ? undefined : fields[19]
}

/** The clock tick of proc(5) is a hundredth of a second on every Linux that Node.js runs on. */
export const ticksPerSecond = 100

/** When a process began, from its start in clock ticks since boot. */
export function startedAt(ticks: string): string {
  const bootSeconds = Number(/^btime (\d+)/m.exec(procFile('stat'))?.[1] ?? 0)
  return new Date((bootSeconds + Number(ticks) / ticksPerSecond) * 1_000).toISOString()
}
