import { type Connectors, connectRest } from '../../clients/connect.ts'
import type { Environment, Worker } from '../../clients/environment.ts'
import { lastingConnections } from '../../clients/https.ts'
import { say } from '../../clients/terminal.ts'
import type { Collector } from './collector.ts'
import { connectorRestarts, connectorState, connectorTasks, seriesOf } from './metrics.ts'

const states = ['RUNNING', 'FAILED', 'PAUSED', 'UNASSIGNED', 'RESTARTING', 'STOPPED'] as const
const firstWaitMs = 15_000
const longestWaitMs = 300_000
/** A connector that has run for so long starts with the shortest wait again. */
const forgivenAfterMs = 600_000

/** When a connector was last restarted and how long to wait until the next time. */
type Attempt = { atMs: number; waitMs: number }

/**
 * Whether a failed connector is to be restarted now, and what that makes of the next time: at once, then after 15 s, and
 * each time twice as long as before, up to 5 minutes, for what fails again at once would otherwise fill the logs.
 */
export function nextAttempt(last: Attempt | undefined, nowMs: number): Attempt | undefined {
  if (!last || nowMs - last.atMs > forgivenAfterMs + last.waitMs) return { atMs: nowMs, waitMs: firstWaitMs }
  return nowMs - last.atMs < last.waitMs ? undefined : { atMs: nowMs, waitMs: Math.min(last.waitMs * 2, longestWaitMs) }
}

/** States of a worker's connectors and tasks; restarts what has failed, which Connect does not do by itself. */
export function connectorCollector(env: Environment, worker: Worker): Collector {
  const rest = connectRest(env, worker, 'supervisor', lastingConnections())
  const [showStates, showTasks] = [seriesOf(connectorState), seriesOf(connectorTasks)]
  const attempts = new Map<string, Attempt>()
  return {
    name: `connectors-${worker}`,
    everyMs: 15_000,
    collect: async () => {
      const all = Object.entries(await rest.connectors())
      showStates(all.map(([connector, { status }]) => ({ labels: { worker, connector, state: status.connector.state }, value: 1 })))
      showTasks(all.flatMap(([connector, { status }]) => states.map((state) => ({ labels: { worker, connector, state }, value: count(status, state) }))))
      for (const [connector, { status }] of all) {
        connectorRestarts.inc({ worker, connector }, 0)
        const hasFailed = status.connector.state === 'FAILED' || count(status, 'FAILED') > 0
        const attempt = hasFailed ? nextAttempt(attempts.get(connector), Date.now()) : undefined
        if (!attempt) continue
        attempts.set(connector, attempt)
        say(`${new Date().toISOString()} restarting the failed tasks of ${connector}`)
        connectorRestarts.inc({ worker, connector })
        await rest.restartFailed(connector)
      }
    },
    forget: () => {
      showStates([])
      showTasks([])
    },
  }
}

function count({ tasks }: Connectors[string]['status'], wanted: string): number {
  return tasks.filter(({ state }) => state === wanted).length
}
