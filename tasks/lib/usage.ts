import { readFileSync } from 'node:fs'

/** Memory of a process and its children, in MiB; what several share counts in parts (proc(5), Pss: PostgreSQL's share most of theirs). */
export function memoryMib(pid: number): number {
  const kib = family(pid).map((member) => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${member}/smaps_rollup`))?.[1] ?? 0))
  return Math.round(kib.reduce((sum, each) => sum + each, 0) / 1024)
}

/** The clock tick of proc(5) is a hundredth of a second on every Linux that Node.js runs on. */
const ticksPerSecond = 100

/** Processor time that a process has used since it started, user and system together, in seconds (proc(5), stat fields 14 and 15). */
export function cpuSeconds(pid: number): number {
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** A process and all that it has started (proc(5), children). */
export function family(pid: number): number[] {
  const members = [pid]
  for (const parent of members) members.push(...read(`/proc/${parent}/task/${parent}/children`).split(' ').filter(Boolean).map(Number))
  return members
}

/** A process may end while it is looked at. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
