import { within } from '../../clients/deadline.ts'
import type { Environment } from '../../clients/environment.ts'
import { messageOf } from '../../clients/errors.ts'
import { probes } from '../../clients/probes.ts'
import type { Service } from './compose.ts'

/** Longer than a service takes that is only busy. */
const probedWithinMs = 10_000

/** What the probe of a running service says, asked once: nothing when it is ready, or has none. */
export async function probe(env: Environment, { name, probe: declared }: Service, pid: number): Promise<string> {
  const looking = declared && probes[declared.kind]?.(env, declared.target, pid)
  return looking ? within(probedWithinMs, name, looking).then(() => '', messageOf) : ''
}
