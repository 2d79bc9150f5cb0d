import { mkdirSync, readFileSync, statfsSync } from 'node:fs'
import { type Environment, profiles } from '../../clients/environment.ts'
import { PrerequisiteError } from '../../clients/errors.ts'
import type { Service } from './compose.ts'

const diskNeededMib = 1_024

/** Memory that can be had without swapping, in MiB (proc(5), MemAvailable). */
function availableMemoryMib(): number {
  return Number(/^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0) / 1024
}

/** Free disk of the stack's file system, in MiB. */
function freeDiskMib(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return (bavail * bsize) / 1024 ** 2
}

/**
 * Refuses, with numbers, to start services this machine has no room for.
 *
 * @param available what there is, given for tests
 * @throws PrerequisiteError `NOT_ENOUGH_MEMORY` or `NOT_ENOUGH_DISK`
 */
export async function requireCapacity(env: Environment, services: Service[], available = { memoryMib: availableMemoryMib, diskMib: freeDiskMib }): Promise<void> {
  if (services.length === 0) return
  const needed = memoryOf(services)
  const memory = Math.floor(available.memoryMib())
  if (memory < needed)
    throw new PrerequisiteError('NOT_ENOUGH_MEMORY', `expected ${needed} MiB of free memory for ${services.map(({ name }) => name).join(', ')}, got ${memory} MiB`, whatFits(services, memory))
  mkdirSync(env.stack, { recursive: true })
  const disk = Math.floor(available.diskMib(env.stack))
  if (disk < diskNeededMib) throw new PrerequisiteError('NOT_ENOUGH_DISK', `expected ${diskNeededMib} MiB of free disk at ${env.stack}, got ${disk} MiB`, 'free some space (task clean deletes the data of this stack), then task up')
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
