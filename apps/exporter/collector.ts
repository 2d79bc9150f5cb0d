import { within } from '../../clients/deadline.ts'
import { messageOf } from '../../clients/errors.ts'
import { say } from '../../clients/terminal.ts'
import { collectorDuration, collectorUp } from './metrics.ts'

/** Looks at one thing again and again and sets the metrics that describe it. */
export type Collector = {
  name: string
  everyMs: number
  /** sets the metrics anew; throws when it can't see */
  collect: () => Promise<void>
  /** takes away what is no longer known, so that a rule sees that it is gone rather than an old value */
  forget?: () => void
}

/** A look that takes longer than until the next one, and than this, sees nothing: else it would show what was, for ever. */
const shortestLimitMs = 60_000

/**
 * Runs collectors side by side for as long as the process lives. One that fails is tried again at its next turn;
 * a failure is said once, and so is its end.
 */
export function runCollectors(collectors: Collector[]): void {
  for (const collector of collectors) void repeat(collector)
}

async function repeat({ name, everyMs, collect, forget }: Collector): Promise<never> {
  let failing = ''
  for (;;) {
    const started = performance.now()
    const failure = await within(Math.max(everyMs, shortestLimitMs), name, collect()).then(() => '', messageOf)
    collectorUp.set({ collector: name }, failure ? 0 : 1)
    collectorDuration.set({ collector: name }, (performance.now() - started) / 1000)
    if (failure) forget?.()
    if (failure && !failing) say(`${new Date().toISOString()} ${name}: ${failure}`)
    if (!failure && failing) say(`${new Date().toISOString()} ${name}: sees again`)
    failing = failure
    await new Promise((resolve) => setTimeout(resolve, Math.max(100, everyMs - (performance.now() - started))))
  }
}
