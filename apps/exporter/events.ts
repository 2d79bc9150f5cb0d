import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import type { Collector } from './collector.ts'
import { clientEvents, emptySearches } from './metrics.ts'
import { readOn } from './reading.ts'

// the types that there are: each is a time series, and whoever writes events must not make any number of them
const shape = z.object({ type: z.enum(['search', 'recommend', 'view', 'cart', 'purchase', 'review']), results: z.number().optional() })

/** Counts what customers do, from when the exporter started; who did it and what was searched is not looked at. */
export function eventCollector(env: Environment): Collector {
  const events = readOn(env, 'client.events', 'end')
  emptySearches.inc(0)
  return {
    name: 'events',
    everyMs: 30_000,
    collect: async () => {
      await events(({ value }) => {
        const event = shape.safeParse(parse(value)).data
        if (!event) return clientEvents.inc({ type: 'malformed' })
        clientEvents.inc({ type: event.type })
        if (event.type === 'search' && event.results === 0) emptySearches.inc()
      })
    },
  }
}

function parse(value: Buffer | null): unknown {
  try {
    return JSON.parse(value?.toString() ?? '')
  } catch {
    return undefined
  }
}
