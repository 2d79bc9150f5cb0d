import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { connectRest, type States } from '../../clients/connect.ts'
import type { Environment, Worker } from '../../clients/environment.ts'
import { lastingConnections } from '../../clients/https.ts'
import { say } from '../../clients/terminal.ts'
import { fateOf } from '../../clients/written-file.ts'
import type { Collector } from './collector.ts'
import { connectorRestarts, connectorState, connectorTasks, seriesOf, sinkFileWritten } from './metrics.ts'

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
  const [showStates, showTasks, showFiles] = [seriesOf(connectorState), seriesOf(connectorTasks), seriesOf(sinkFileWritten)]
  const attempts = new Map<string, Attempt>()
  return {
    name: `connectors-${worker}`,
    everyMs: 15_000,
    collect: async () => {
      const all = Object.entries(await rest.states())
      showStates(all.map(([connector, { status }]) => ({ labels: { worker, connector, state: status.connector.state }, value: 1 })))
      showTasks(all.flatMap(([connector, { status }]) => states.map((state) => ({ labels: { worker, connector, state }, value: count(status, state) }))))
      showFiles(all.flatMap((each) => fileOf(env, worker, each)))
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
      showFiles([])
    },
  }
}

/** Only of a worker on this machine, whose process is known. */
function fileOf(env: Environment, worker: Worker, [connector, { status }]: [string, States[string]]) {
  const file = declaredFile(env, worker, connector)
  if (file === undefined || count(status, 'RUNNING') === 0) return []
  const fate = fateOf(pidOf(env, worker) ?? 0, file)
  return fate ? [{ labels: { connector }, value: fate === 'written' ? 1 : 0 }] : []
}

/** Connect does not show its settings to the supervisor; what runs is what the door before it was told of. */
function declaredFile(env: Environment, worker: Worker, connector: string): string | undefined {
  const declared = JSON.parse(readFileSync(join(env.stack, 'config', worker, 'declared.json'), 'utf8'))
  return z.record(z.string(), z.record(z.string(), z.string())).parse(declared)[connector]?.file
}

function pidOf(env: Environment, service: string): number | undefined {
  try {
    return z.object({ pid: z.int().positive() }).parse(JSON.parse(readFileSync(join(env.stack, 'run', `${service}.pid`), 'utf8'))).pid
  } catch {
    return undefined
  }
}

function count({ tasks }: States[string]['status'], wanted: string): number {
  return tasks.filter(({ state }) => state === wanted).length
}
