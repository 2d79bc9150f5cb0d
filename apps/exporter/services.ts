import { z } from 'zod'
import { SilenceError, within } from '../../clients/deadline.ts'
import type { Environment } from '../../clients/environment.ts'
import { type Looker, probes } from '../../clients/probes.ts'
import type { Collector } from './collector.ts'
import { seriesOf, serviceUp } from './metrics.ts'

const shape = z.array(z.object({ service: z.string(), kind: z.string(), target: z.string() }))
const as: Looker = { principal: 'exporter', rest: 'supervisor' }
const answersWithinMs = 5_000

/**
 * Whether services live that show no metrics by themselves, asked as their health checks do. One that refuses is down at once;
 * one that is silent when it is silent for a second time, for a busy machine is no dead one.
 *
 * @param declared JSON: which services, with kind and target of their probes (tasks/lib/watched.ts)
 */
export function serviceCollector(env: Environment, declared = '[]'): Collector {
  const services = shape.parse(JSON.parse(declared))
  const show = seriesOf(serviceUp)
  const silent = new Set<string>()
  const look = async ({ service, kind, target }: (typeof services)[number]): Promise<number> => {
    const probe = probes[kind]
    if (!probe) throw new Error(`${service}: there is no probe ${kind}`)
    try {
      await within(answersWithinMs, service, probe(env, target, undefined, as))
      silent.delete(service)
      return 1
    } catch (error) {
      const isFirst = !silent.has(service) && isSilence(error)
      if (isSilence(error)) silent.add(service)
      return isFirst ? 1 : 0
    }
  }
  return {
    name: 'services',
    everyMs: 15_000,
    collect: async () => show(await Promise.all(services.map(async (each) => ({ labels: { service: each.service }, value: await look(each) })))),
    forget: () => show([]),
  }
}

/** Each client words it in its own way. */
function isSilence(error: unknown): boolean {
  return error instanceof SilenceError || (error instanceof Error && /time-?out|timed out|no answer/i.test(error.message))
}
