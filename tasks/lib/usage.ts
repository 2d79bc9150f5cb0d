import { procFile, statFields, ticksPerSecond } from './proc.ts'

/** Memory of a process and its children, in MiB; what several share counts in parts (proc(5), Pss: PostgreSQL's share most of theirs). */
export function memoryMib(pid: number): number {
  const kib = family(pid).map((member) => Number(/^Pss:\s+(\d+)/m.exec(procFile(`${member}/smaps_rollup`))?.[1] ?? 0))
  return Math.round(kib.reduce((sum, each) => sum + each, 0) / 1024)
}

/** Processor time that a process has used since it started, user and system together, in seconds (proc(5), stat fields 14 and 15). */
export function cpuSeconds(pid: number): number {
  const fields = statFields(pid)
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** A process and all that it has started (proc(5), children). */
export function family(pid: number): number[] {
  const members = [pid]
  for (const parent of members) members.push(...procFile(`${parent}/task/${parent}/children`).split(' ').filter(Boolean).map(Number))
  return members
}
