import { hostname, userInfo } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { loadEnvironment } from '../clients/environment.ts'
import { counted, endsWithin, print, printJson, runMain, say, step, table } from '../clients/terminal.ts'
import { type ActiveAlert, monitoring } from './lib/monitoring.ts'
import { interruptible } from './lib/interrupt.ts'
import { sendTestAlert } from './lib/test-alert.ts'

const program = endsWithin(90, new Command('alerts'))
  .description('What is wrong now. Exit code 4 when something is.')
  .option('--history', 'what the receiver has got, newest last')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExamples:\n  task alerts\n  task alerts -- --history\n  task alerts -- test\n  task alerts -- silence BrokerDown --minutes 30')

program.action(async ({ history, json }: { history?: true; json?: true }) => {
  const { active, received } = monitoring(loadEnvironment())
  if (history) {
    const all = await received()
    const rows = all.map(({ status, labels, annotations, receivedAt }) => [time(receivedAt), status, labels.severity ?? '', labels.alertname ?? '', annotations.summary ?? ''])
    return json ? printJson(all) : print(table(['received (UTC)', 'status', 'severity', 'alert', 'summary'], rows))
  }
  const [alerts, all] = await Promise.all([active(), received()])
  const wrong = alerts.filter(({ labels }) => labels.alertname !== 'Watchdog')
  if (json) printJson(wrong)
  else if (wrong.length > 0) print(table(['since (UTC)', 'state', 'severity', 'alert', 'summary', 'do'], wrong.map(row)))
  const heard = all.findLast(({ labels }) => labels.alertname === 'Watchdog')
  say(`${counted(wrong.length, 'alert')}; ${heard ? `the watchdog was last heard at ${time(heard.receivedAt)}` : 'the watchdog has not been heard yet'}`)
  if (wrong.some(({ status }) => status.state === 'active')) process.exitCode = 4
})

program
  .command('test')
  .description('Send an alert of our own and wait until it has arrived everywhere, and again when it is over')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExample:\n  task alerts -- test')
  .action(async () => {
    interruptible()
    const outcome = await step('test alert', (progress) => sendTestAlert(loadEnvironment(), progress))
    if (program.opts<{ json?: true }>().json) printJson(outcome)
    else print(`arrived after ${outcome.firingMs} ms, resolved after ${outcome.resolvedMs} ms; Telegram: ${outcome.telegram}`)
  })

const minutes = (text: string) => {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('expected minutes, 1 to 99999')
  return Number(text)
}
program
  .command('silence')
  .description('Let an alert fire without anybody being told')
  .argument('<alert>', 'its name, e.g. BrokerDown')
  .option('--minutes <count>', 'for how long', minutes, 60)
  .option('--reason <text>', 'why', 'not stated')
  .addHelpText('after', '\nExample:\n  task alerts -- silence BrokerDown --minutes 30 --reason "новый диск"')
  .action(async (name: string, options: { minutes: number; reason: string }) => {
    const id = await monitoring(loadEnvironment()).silence(name, options.minutes, `${userInfo().username}@${hostname()}`, options.reason)
    print(`${name} is silent for ${options.minutes} minutes (${id})`)
  })

const time = (iso: string) => iso.slice(0, 19).replace('T', ' ')

function row({ labels, annotations, startsAt, status }: ActiveAlert): string[] {
  const state = status.silencedBy.length > 0 ? 'silenced' : status.inhibitedBy.length > 0 ? 'explained by another' : 'firing'
  return [time(startsAt), state, labels.severity ?? '', labels.alertname ?? '', annotations.summary ?? '', annotations.runbook ?? '']
}

await runMain(program)
