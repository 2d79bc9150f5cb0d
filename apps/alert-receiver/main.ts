import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { Counter, Gauge, Registry } from 'prom-client'
import { certificateFiles, type Environment, loadEnvironment } from '../../clients/environment.ts'
import { messageOf } from '../../clients/errors.ts'
import { serveHttps } from '../../clients/https.ts'
import { runMain, say, untilKilled } from '../../clients/terminal.ts'
import { askAlertmanager, isReadable } from './alertmanager.ts'
import { asLine, asMessage, notificationShape } from './notification.ts'
import { openStore } from './store.ts'
import { sendTelegram, telegramState } from './telegram.ts'

const registry = new Registry()
const received = new Counter({ name: 'vygodno_alerts_received_total', help: 'alerts that Alertmanager has delivered, by status', labelNames: ['status'], registers: [registry] })
const messages = new Counter({ name: 'vygodno_telegram_messages_total', help: 'messages to Telegram, by outcome', labelNames: ['outcome'], registers: [registry] })
const telegramWrong = new Gauge({ name: 'vygodno_telegram_failing', help: '1 when Telegram is configured and the last message did not get through', registers: [registry] })

const program = new Command('alert-receiver').description(
  'Takes alerts from Alertmanager: prints and stores them, passes them on to Telegram, and tells readers what Alertmanager knows.',
)

program.action(async () => {
  const env = loadEnvironment()
  const folder = join(env.stack, 'data', 'alert-receiver')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const store = openStore(join(folder, 'alerts.jsonl'))
  const telegram = telegramRelay(env)
  const files = certificateFiles(env, 'alert-receiver', 'monitoring-ca')
  await serveHttps(env.host, Number(env.variables.ALERT_RECEIVER_PORT), files, async ({ method, path, body, peer }) => {
    // whoever may read alerts may not make them up
    if (method === 'POST' && peer !== 'alertmanager') return { status: 403, text: `expected the certificate of alertmanager, got that of ${peer}` }
    if (method === 'POST' && path === '/alerts') {
      for (const alert of notificationShape.parse(JSON.parse(body)).alerts) {
        received.inc({ status: alert.status })
        store.add({ ...alert, receivedAt: new Date().toISOString() })
        if (alert.labels.alertname !== 'Watchdog') say(`${new Date().toISOString()} ${asLine(alert)}`)
      }
      return { status: 200, text: '' }
    }
    if (method === 'POST' && path === '/telegram') return telegram.pass(body)
    if (method !== 'GET') return { status: 405, text: `expected GET, got ${method}` }
    if (isReadable(path)) return askAlertmanager(env, path)
    if (path === '/alerts') return { status: 200, text: JSON.stringify(store.all()), type: 'application/json' }
    if (path === '/telegram') return { status: 200, text: JSON.stringify(telegram.state()), type: 'application/json' }
    if (path === '/metrics') return { status: 200, text: await registry.metrics(), type: registry.contentType }
    return { status: path === '/-/ready' ? 200 : 404, text: '' }
  })
  say(`waiting for alerts at https://${env.host}:${env.variables.ALERT_RECEIVER_PORT}/alerts`)
  await untilKilled()
})

/** Passes notifications on. A failure is answered with 502, upon which Alertmanager tries again, for longer and longer. */
function telegramRelay(env: Environment) {
  let problem = ''
  let deliveredAt: string | undefined
  return {
    pass: async (body: string) => {
      if (telegramState(env) === 'off') return { status: 200, text: 'not configured' }
      for (const alert of notificationShape.parse(JSON.parse(body)).alerts) {
        problem = await sendTelegram(env, asMessage(alert)).then(() => '', messageOf)
        messages.inc({ outcome: problem ? 'failed' : 'delivered' })
        telegramWrong.set(problem ? 1 : 0)
        if (problem) say(`${new Date().toISOString()} telegram: ${problem}`)
        if (problem) return { status: 502, text: problem }
        deliveredAt = new Date().toISOString()
      }
      return { status: 200, text: '' }
    },
    state: () => ({ configured: telegramState(env) !== 'off', problem, deliveredAt }),
  }
}

await runMain(program)
