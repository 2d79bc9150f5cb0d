import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { offer } from '../clients/completion.ts'
import { type Environment, loadEnvironment } from '../clients/environment.ts'
import { UsageError } from '../clients/errors.ts'
import { eachLine } from '../clients/lines.ts'
import { plainJson } from '../clients/plain.ts'
import { cleanEnvironment } from '../clients/surroundings.ts'
import { print, runMain } from '../clients/terminal.ts'
import { outcomeOf } from './lib/children.ts'
import { loadServices, type Service } from './lib/compose.ts'
import { holds, lastLogLines, type Wanted } from './lib/merged-log.ts'
import { servicesNamed } from './lib/named-services.ts'

const count = (text: string) => {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('expected a number of lines')
  return Number(text)
}

const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 }
const moment = (text: string) => {
  const [, number, unit = 's'] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const at = number === undefined ? Date.parse(text) : Date.now() - Number(number) * seconds[unit as keyof typeof seconds] * 1_000
  if (Number.isNaN(at)) throw new InvalidArgumentError('expected how long ago, such as 10m or 2h, or a time, such as 2026-11-28T12:00')
  return at
}

const program = new Command('logs')
  .description('Show the logs of services, merged by time.')
  .argument('[service...]', 'which (default: all that have one)')
  .option('-n, --lines <count>', 'how many of the last lines', count, 100)
  .option('-f, --follow', 'go on until Ctrl-C')
  .option('--since <when>', 'only what was written since, e.g. 10m, 2h, 2026-11-28T12:00', moment)
  .option('--grep <text>', 'only lines that hold this text, in any case')
  .option('--json', 'each line as JSON')
  .addHelpText('after', '\nExamples:\n  task logs -- kafka-1\n  task logs -- connect mirror --follow\n  task logs -- --since 10m --grep error')

offer(program, 'service', () => loadServices(loadEnvironment()).map(({ name }) => name))

type Options = { lines: number; follow?: true; since?: number; grep?: string; json?: true }

program.action(async (names: string[], { lines: most, follow, since: sinceMs, grep, json }: Options) => {
  const services = withLogs(loadEnvironment(), names)
  const wanted = { most, sinceMs, grep }
  const width = services.length > 1 ? Math.max(...services.map(({ name }) => name.length)) : 0
  const show = (service: string, text: string) => print(json ? plainJson({ service, text }) : width > 0 ? `${service.padEnd(width)} | ${text}` : text)
  for (const { service, text } of await lastLogLines(services, wanted)) show(service, text)
  if (follow) await Promise.all(services.map((service) => followed(service, wanted, show)))
})

function withLogs(env: Environment, names: string[]): Service[] {
  const services = names.length > 0 ? servicesNamed(env, names) : loadServices(env).filter(({ folders }) => existsSync(folders.log))
  const silent = services.find(({ folders }) => !existsSync(folders.log))
  if (silent) throw new UsageError('NO_LOG', `expected a log of ${silent.name}, it has not run yet`, 'task up')
  if (services.length === 0) throw new UsageError('NO_LOG', 'expected logs, nothing has run yet', 'task bootstrap')
  return services
}

async function followed({ name, folders }: Service, wanted: Wanted, show: (service: string, text: string) => void): Promise<void> {
  const tail = spawn('tail', ['-n', '0', '-F', folders.log], { env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = outcomeOf(tail)
  // as when the reader of a pipe has seen enough
  process.stdout.on('close', () => tail.kill())
  await eachLine(tail.stdout, (text) => holds(text, wanted) && show(name, text))
  await ended
}

await runMain(program)
