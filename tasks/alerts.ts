import { hostname, userInfo } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { offer } from '../clients/completion.ts'
import { loadEnvironment } from '../clients/environment.ts'
import { counted, endsWithin, print, printJson, runMain, say, step, table, warn } from '../clients/terminal.ts'
import { type ActiveAlert, monitoring, onCall } from './lib/monitoring.ts'
import { covers, excesses, lift, mostMinutes, requireAlert, silenceable, silencesInForce } from './lib/silences.ts'
import { sendTestAlert } from './lib/test-alert.ts'

const program = endsWithin(90, new Command('alerts'))
  .description('What is wrong now. Exit code 4 when something is.')
  .option('--history', 'what the receiver has got, newest last')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExamples:\n  task alerts\n  task alerts -- --history\n  task alerts -- test\n  task alerts -- silence BrokerDown --minutes 30')

program.action(async ({ history, json }: { history?: true; json?: true }) => {
  const env = loadEnvironment()
  const { active, received, silences } = monitoring(env)
  if (history) {
    const all = await received()
    const rows = all.map(({ status, labels, annotations, receivedAt }) => [time(receivedAt), status, labels.severity ?? '', labels.alertname ?? '', annotations.summary ?? ''])
    return json ? printJson(all) : print(table(['received (UTC)', 'status', 'severity', 'alert', 'summary'], rows))
  }
  const [alerts, all, silent] = await Promise.all([active(), received(), silencesInForce({ silences })])
  const wrong = alerts.filter(({ labels }) => labels.alertname !== 'Watchdog')
  if (json) printJson({ alerts: wrong, silences: silent.map((silence) => ({ ...silence, excesses: excesses(silence) })) })
  else if (wrong.length > 0) print(table(['since (UTC)', 'state', 'severity', 'alert', 'summary', 'do'], wrong.map(row)))
  for (const silence of silent) warn(`${silence.status.state === 'active' ? 'silent' : 'to be silent'} until ${time(silence.endsAt)}: ${covers(silence)} (${silence.comment}), by ${silence.createdBy}${excesses(silence).map((excess) => `; it ${excess}`).join('')}; task alerts -- unsilence ${silence.id}`)
  const heard = all.findLast(({ labels }) => labels.alertname === 'Watchdog')
  say(`${counted(wrong.length, 'alert')}; ${heard ? `the watchdog was last heard at ${time(heard.receivedAt)}` : 'the watchdog has not been heard yet'}`)
  if (wrong.some(({ status }) => status.state === 'active') || silent.some((silence) => excesses(silence).length > 0)) process.exitCode = 4
})

program
  .command('test')
  .description('Send an alert of our own and wait until it has arrived everywhere, and again when it is over')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExample:\n  task alerts -- test')
  .action(async () => {
    const outcome = await step('test alert', (progress) => sendTestAlert(loadEnvironment(), progress))
    if (program.opts<{ json?: true }>().json) printJson(outcome)
    else print(`arrived after ${outcome.firingMs} ms, resolved after ${outcome.resolvedMs} ms; Telegram: ${outcome.telegram}`)
  })

const minutes = (text: string) => {
  if (!/^[1-9]\d{0,4}$/.test(text) || Number(text) > mostMinutes) throw new InvalidArgumentError(`expected minutes, 1 to ${mostMinutes}, which is a week`)
  return Number(text)
}
const asJson = () => program.opts<{ json?: true }>().json
program
  .command('silence')
  .description('Let an alert fire without anybody being told')
  .argument('<alert>', 'its name, e.g. BrokerDown')
  .option('--minutes <count>', 'for how long, a week at most', minutes, 60)
  .option('--reason <text>', 'why', 'not stated')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExample:\n  task alerts -- silence BrokerDown --minutes 30 --reason "новый диск"')
  .action(async (name: string, options: { minutes: number; reason: string }) => {
    const env = loadEnvironment()
    requireAlert(env, name)
    const alertmanager = onCall(env)
    const before = (await silencesInForce(alertmanager)).filter((silence) => covers(silence) === name)
    const id = await alertmanager.silence(name, options.minutes, `${userInfo().username}@${hostname()}`, options.reason)
    if (before.length > 0) say(`${name} had been silenced before, until ${before.map(({ endsAt }) => time(endsAt)).join(' and ')}: that goes on, too`)
    if (asJson()) printJson({ id, alert: name, minutes: options.minutes })
    else print(`${name} is silent for ${options.minutes} minutes (${id})`)
  })

program
  .command('silences')
  .description('The silences in force, and such as will be: what they cover, until when, who set them and why')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExample:\n  task alerts -- silences')
  .action(async () => {
    const inForce = await silencesInForce(monitoring(loadEnvironment()))
    if (asJson()) return printJson(inForce)
    const rows = inForce.map((silence) => [covers(silence), silence.status.state, time(silence.endsAt), silence.createdBy, silence.comment, silence.id])
    if (rows.length > 0) print(table(['silent', 'state', 'until (UTC)', 'by', 'reason', 'id'], rows))
    say(counted(rows.length, 'silence'))
  })

program
  .command('unsilence')
  .description('Lift a silence, whoever set it: from now on people are told again')
  .argument('<alert-or-id>', 'the alert, or the id of one silence')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExamples:\n  task alerts -- unsilence BrokerDown\n  task alerts -- unsilence 5c0e7c1a-…   one that covers more than one alert')
  .action(async (nameOrId: string) => {
    const lifted = await lift(loadEnvironment(), nameOrId)
    if (asJson()) return printJson(lifted)
    for (const silence of lifted) print(`${covers(silence)}: lifted (${silence.id}, would have lasted until ${time(silence.endsAt)})`)
  })

offer(program, 'silence alert', () => silenceable(loadEnvironment()))
offer(program, 'unsilence alert-or-id', () => silenceable(loadEnvironment()))

const time = (iso: string) => iso.slice(0, 19).replace('T', ' ')

function row({ labels, annotations, startsAt, status }: ActiveAlert): string[] {
  const state = status.silencedBy.length > 0 ? 'silenced' : status.inhibitedBy.length > 0 ? 'explained by another' : 'firing'
  return [time(startsAt), state, labels.severity ?? '', labels.alertname ?? '', annotations.summary ?? '', annotations.runbook ?? '']
}

await runMain(program)
