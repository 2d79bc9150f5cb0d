import { profiles } from '../../../clients/environment.ts'
import type { Service } from '../compose.ts'
import { procFile } from '../proc.ts'
import { groupsOf } from './groups.ts'
import { type Limit, mib } from './limit.ts'

/** Memory that can be had without swapping, and what says so. */
type Available = { memoryMib: number; where: string }

/** The least of what the machine has (proc(5), MemAvailable), may promise (vm.overcommit_memory = 2), and the control groups leave. */
export function availableMemory(meminfo = procFile('meminfo'), isStrict = procFile('sys/vm/overcommit_memory').trim() === '2'): Available {
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(meminfo)?.[1] ?? 0)
  const all = [
    { memoryMib: kib('MemAvailable') / 1024, where: 'of this machine' },
    ...(isStrict ? [{ memoryMib: (kib('CommitLimit') - kib('Committed_AS')) / 1024, where: 'that may be promised (vm.overcommit_memory = 2)' }] : []),
    ...groupsOf('memory').map(({ file, left }) => ({ memoryMib: left / mib, where: `that the control group leaves (${file})` })),
  ]
  return all.reduce((least, each) => (each.memoryMib < least.memoryMib ? each : least))
}

/** Heaps and what a JVM needs beside them: `mem_limit` of each service in compose.yaml. */
export const memoryLimit: Limit = { name: 'free memory', code: 'NOT_ENOUGH_MEMORY', look: ({ added }) => shortageOf(added, availableMemory()) }

/** @param available what there is, given for tests */
export function shortageOf(services: Service[], available: Available) {
  const needed = memoryOf(services)
  const memory = Math.floor(available.memoryMib)
  if (memory >= needed) return []
  return [{ expected: `${needed} MiB for ${services.map(({ name }) => name).join(', ')}`, seen: `${memory} MiB ${available.where}`, command: whatFits(services, memory) }]
}

function memoryOf(services: Service[]): number {
  return services.reduce((sum, { memoryMib }) => sum + memoryMib, 0)
}

/** The most groups of services, taken in their order, that there is room for. */
function whatFits(services: Service[], memoryMib: number): string {
  for (let count = profiles.length - 1; count > 0; count--) {
    const chosen = profiles.slice(0, count)
    const some = services.filter(({ profile }) => chosen.includes(profile))
    if (some.length < services.length && memoryOf(some) <= memoryMib) return `end other programs, or do with less: COMPOSE_PROFILES=${chosen.join(',')} task up (${memoryOf(some)} MiB)`
  }
  return 'end other programs, then task up'
}
