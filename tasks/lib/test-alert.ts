import { randomUUID } from 'node:crypto'
import type { Environment } from '../../clients/environment.ts'
import { CheckError } from '../../clients/errors.ts'
import { putBack } from '../../clients/interruption.ts'
import { monitoring, onCall } from './monitoring.ts'
import { until } from './until.ts'

/** How long an alert took to arrive and to be resolved, in ms, and what became of the message to Telegram. */
export type TestAlert = { firingMs: number; resolvedMs: number; telegram: 'delivered' | 'not configured' }

const withinMs = 15_000

/**
 * Sends an alert of its own to Alertmanager, ends it, and waits for both to arrive at the receiver.
 *
 * @throws CheckError `TELEGRAM_FAILED` when Telegram is configured and refuses the message
 */
export async function sendTestAlert(env: Environment, progress: (text: string) => void): Promise<TestAlert> {
  const { received, telegram } = monitoring(env)
  const { post } = onCall(env)
  const id = randomUUID()
  const startsAt = new Date().toISOString()
  const alert = {
    labels: { alertname: 'TestAlert', severity: 'warning', test: id },
    annotations: { summary: 'a test alert', description: 'Somebody has run task alerts -- test. Nothing is wrong.' },
    startsAt,
  }
  const arrived = async (status: 'firing' | 'resolved') => {
    const started = performance.now()
    await until({ code: 'ALERT_NOT_DELIVERED', awaited: `the test alert (${status}) at the receiver`, timeoutMs: withinMs, everyMs: 50, hint: 'task status; task logs -- alertmanager; task logs -- alert-receiver' }, async () =>
      (await received()).some(({ status: each, labels }) => each === status && labels.test === id) || 'nothing',
    )
    return Math.round(performance.now() - started)
  }
  progress('firing')
  let firingMs = 0
  try {
    await post([alert])
    firingMs = await arrived('firing')
  } finally {
    progress('resolved')
    await putBack('the test alert is over', 'it ends by itself, 5 minutes after its beginning', () => post([{ ...alert, endsAt: new Date().toISOString() }]))
  }
  const resolvedMs = await arrived('resolved')
  progress('telegram')
  let outcome = await telegram()
  if (outcome.configured)
    await until({ code: 'TELEGRAM_SILENT', awaited: 'the message to Telegram to be delivered or refused', timeoutMs: withinMs, hint: 'task logs -- alert-receiver' }, async () => {
      outcome = await telegram()
      return outcome.problem !== '' || (outcome.deliveredAt ?? '') > startsAt || 'neither'
    })
  if (outcome.problem) throw new CheckError('TELEGRAM_FAILED', `expected Telegram to take the message, got: ${outcome.problem}`, 'correct secrets/telegram.token and secrets/telegram.chat in the folder of the stack, then task alerts -- test')
  return { firingMs, resolvedMs, telegram: outcome.configured ? 'delivered' : 'not configured' }
}
