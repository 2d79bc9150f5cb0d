import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { CheckError } from '../../clients/errors.ts'
import { putBack } from '../../clients/interruption.ts'
import { runApp } from './apps.ts'
import { loadServices, type Service } from './compose.ts'
import { monitoring } from './monitoring.ts'
import { signalGroup } from './processes.ts'
import { processOf, up } from './stack.ts'
import { findTool } from './tools.ts'
import { until } from './until.ts'

/** What a dead broker looked like from outside; times in ms, `alertedMs` from the kill, `resolvedMs` from when it was ready again. */
export type BrokerDown = { broker: string; alertedMs: number; sent: number; resolvedMs: number }

const products = 'data/products.json'
const sentShape = z.object({ sent: z.int() })
const patienceMs = 60_000

/** Whether alerts can be told here at all: the profile is on and this machine has the tools. */
export function canAlert(env: Environment): boolean {
  return env.profiles.includes('monitoring') && Boolean(findTool(env, 'prometheus') && findTool(env, 'alertmanager'))
}

/**
 * Kills a broker, waits until the alert has arrived at the receiver, sends products meanwhile, starts it again and waits
 * until the alert is taken back. The broker is started again whatever happens, a signal included.
 */
export async function killBroker(env: Environment, broker: string, progress: (text: string) => void): Promise<BrokerDown> {
  const service = loadServices(env).find(({ name }) => name === broker)
  const running = service && processOf(env, service)
  if (!service || !running) throw new CheckError('BROKER_NOT_RUNNING', `expected ${broker} to run`, 'task up')
  progress(`kill -9 ${broker}`)
  const killedAt = new Date().toISOString()
  try {
    signalGroup(running, 'SIGKILL')
    const alertedMs = await told(env, broker, 'firing', killedAt)
    progress('products are sent to the other two')
    const { sent } = await runApp(env, 'shop-api', ['send', products], sentShape)
    progress(`${broker} starts again`)
    const backAt = await startAgain(env, service)
    return { broker, alertedMs, sent, resolvedMs: await told(env, broker, 'resolved', backAt) }
  } finally {
    await putBack(`${broker} runs again`, 'task up', () => startAgain(env, service))
  }
}

async function startAgain(env: Environment, service: Service): Promise<string> {
  if (!processOf(env, service)) await up(env, [service])
  return new Date().toISOString()
}

/** @returns ms from `sinceIso` to the arrival; negative when it was there before, as a broker answers before it is ready */
async function told(env: Environment, broker: string, status: 'firing' | 'resolved', sinceIso: string): Promise<number> {
  let at = ''
  await until({ code: 'ALERT_NOT_DELIVERED', awaited: `BrokerDown of ${broker} (${status}) at the receiver`, timeoutMs: patienceMs, hint: 'task alerts; task logs -- prometheus' }, async () => {
    const found = (await monitoring(env).received()).findLast(({ labels }) => labels.alertname === 'BrokerDown' && labels.instance === broker)
    if (found?.status !== status || (status === 'firing' && found.receivedAt < sinceIso)) return found ? `${found.status} at ${found.receivedAt}` : 'nothing'
    at = found.receivedAt
    return true
  })
  return Date.parse(at) - Date.parse(sinceIso)
}
