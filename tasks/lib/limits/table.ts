import type { Environment } from '../../../clients/environment.ts'
import { PrerequisiteError } from '../../../clients/errors.ts'
import type { Service } from '../compose.ts'
import { folderLimits } from './folders.ts'
import { groupLimit } from './groups.ts'
import type { Limit } from './limit.ts'
import { memoryLimit } from './memory.ts'
import { resourceLimits } from './resources.ts'
import { surroundingLimits } from './surroundings.ts'

/** All that a machine, or who starts the platform, may not have enough of, or not allow. */
export const limits: Limit[] = [...resourceLimits, groupLimit, memoryLimit, ...folderLimits, ...surroundingLimits]

/**
 * Refuses to start services on a machine where they could not live, before anything is started. A soft limit is raised to the
 * hard one, for this process and all that it starts, where that suffices.
 *
 * @param services those that start now; none for what only builds
 * @param added those of them whose memory nothing holds yet
 * @throws PrerequisiteError with all that does not suffice at once: what is needed, what was seen, and the command that changes it
 */
export async function requireMachine(env: Environment, services: Service[], added = services): Promise<void> {
  const found = await Promise.all(limits.map(async ({ name, code, look }) => (await look({ env, services, added })).map((shortage) => ({ name, code, ...shortage }))))
  const short = found.flat()
  if (short.length === 0) return
  const codes = new Set(short.map(({ code }) => code))
  const lines = short.map(({ name, expected, seen }) => `${name}: expected ${expected}, got ${seen}`)
  throw new PrerequisiteError(short[0] && codes.size === 1 ? short[0].code : 'MACHINE_UNFIT', lines.length === 1 ? (lines[0] ?? '') : `this machine does not suffice:\n  ${lines.join('\n  ')}`, short.map(({ command }) => command).join('\n  → '))
}
