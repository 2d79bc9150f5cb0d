import { execFileSync } from 'node:child_process'
import { cleanEnvironment } from '../../../clients/surroundings.ts'
import { allPids, procFile, statFields } from '../proc.ts'
import { asRoot, type Limit, mib, type Need, type Shortage, threadsEach, threadsOf } from './limit.ts'

/**
 * Limits that a process hands on to all that it starts (getrlimit(2)): its row in /proc/PID/limits, its name for
 * prlimit(1), the least that suffices, with what was measured. More than the least is no use to anybody.
 */
type Resource = { row: string; option: string; least: (need: Need) => number; unit: 'bytes' | 'count' | 'seconds'; why: string; applies?: () => boolean; used?: () => number }

const resources: (Resource & { name: string })[] = [
  { name: 'open files', row: 'Max open files', option: 'nofile', least: () => 1_024, unit: 'count', why: 'a broker begins with 350' },
  // the kernel does not count root's
  { name: 'processes and threads', row: 'Max processes', option: 'nproc', least: threadsOf, unit: 'count', why: `${threadsEach} threads a service`, applies: () => !isTrueRoot(), used: ownThreads },
  { name: 'size of a file', row: 'Max file size', option: 'fsize', least: () => 1_025 * mib, unit: 'bytes', why: 'a segment of a topic or a table grows to 1 GiB' },
  { name: 'address space', row: 'Max address space', option: 'as', least: () => 16_384 * mib, unit: 'bytes', why: 'a broker reserves 8 GiB, Node.js 11 GiB, and use a fraction' },
  { name: 'data of a process', row: 'Max data size', option: 'data', least: () => 4_096 * mib, unit: 'bytes', why: 'a JVM reserves more than its heap' },
  { name: 'stack of a thread', row: 'Max stack size', option: 'stack', least: () => 2 * mib, unit: 'bytes', why: 'Node.js counts on 1 MiB' },
  { name: 'processor time', row: 'Max cpu time', option: 'cpu', least: () => Infinity, unit: 'seconds', why: 'a service would be killed when it is used up' },
]

export const resourceLimits: Limit[] = resources.map((resource) => ({ name: resource.name, code: 'MACHINE_UNFIT', look: (need) => shortageOf(resource, need) }))

function shortageOf({ row, option, least, unit, why, applies, used }: Resource, need: Need): Shortage[] {
  if (applies?.() === false) return []
  const taken = used?.() ?? 0
  const needed = least(need) + taken
  let { soft, hard } = limitOf(row)
  if (soft < needed && hard >= needed) ({ soft, hard } = raised(row, option, hard))
  if (soft >= needed) return []
  const written = (value: number) => (value === Infinity ? 'unlimited' : String(unit === 'bytes' ? Math.floor(value / mib) : value) + { bytes: ' MiB', count: '', seconds: ' s' }[unit])
  const target = needed === Infinity ? 'unlimited' : String(needed)
  return [{
    expected: `${needed === Infinity ? '' : 'at least '}${written(needed)} (${why}${taken > 0 ? `, and ${taken} that run` : ''})`,
    seen: written(soft),
    command: `${asRoot(`prlimit --pid $$ --${option}=${target}:${target}`)}   # this shell; /etc/security/limits.conf for good`,
  }]
}

/** Limits of this process, Infinity for none (proc(5), /proc/PID/limits). */
function limitOf(row: string): { soft: number; hard: number } {
  const [, soft = 'unlimited', hard = 'unlimited'] = new RegExp(`^${row}\\s+(\\w+)\\s+(\\w+)`, 'm').exec(procFile('self/limits')) ?? []
  const parsed = (text: string) => (text === 'unlimited' ? Infinity : Number(text))
  return { soft: parsed(soft), hard: parsed(hard) }
}

/** The soft limit raised to the hard one, for this process and all that it starts; unchanged without prlimit(1). */
function raised(row: string, option: string, hard: number): { soft: number; hard: number } {
  const value = hard === Infinity ? 'unlimited' : String(hard)
  try {
    execFileSync('prlimit', ['--pid', String(process.pid), `--${option}=${value}:${value}`], { env: cleanEnvironment(), stdio: 'ignore' })
  } catch {
    // what it is now is looked at
  }
  return limitOf(row)
}

/** Root of a user namespace of somebody else's has that user's limits (user_namespaces(7)). */
function isTrueRoot(): boolean {
  return process.getuid?.() === 0 && /^\s*0\s+0\s/.test(procFile('self/uid_map'))
}

function ownThreads(): number {
  const uid = String(process.getuid?.())
  return allPids().filter((pid) => new RegExp(`^Uid:\\s+${uid}\\s`, 'm').test(procFile(`${pid}/status`))).reduce((sum, pid) => sum + Number(statFields(pid)[17] ?? 0), 0)
}
