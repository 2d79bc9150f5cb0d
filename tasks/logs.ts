import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { offer } from '../clients/completion.ts'
import { loadEnvironment } from '../clients/environment.ts'
import { UsageError } from '../clients/errors.ts'
import { eachLine } from '../clients/lines.ts'
import { plainJson } from '../clients/plain.ts'
import { didYouMean } from '../clients/suggestion.ts'
import { cleanEnvironment } from '../clients/surroundings.ts'
import { print, runMain } from '../clients/terminal.ts'
import { outcomeOf } from './lib/children.ts'
import { loadServices } from './lib/compose.ts'

const count = (text: string) => {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('expected a number of lines')
  return text
}
const program = new Command('logs')
  .description('Show the log of a service.')
  .argument('<service>')
  .option('-n, --lines <count>', 'how many of the last lines', count, '100')
  .option('-f, --follow', 'go on until Ctrl-C')
  .option('--json', 'each line as JSON')
  .addHelpText('after', '\nExamples:\n  task logs -- kafka-1\n  task logs -- connect --follow')

offer(program, 'service', () => loadServices(loadEnvironment()).map(({ name }) => name))
program.action(async (name: string, { lines, follow, json }: { lines: string; follow?: true; json?: true }) => {
  const names = loadServices(loadEnvironment()).map((service) => service.name)
  const service = loadServices(loadEnvironment()).find((each) => each.name === name)
  if (!service) throw new UsageError('UNKNOWN_SERVICE', `expected one of ${names.join(', ')}, got ${name}${didYouMean(name, names)}`, 'task status')
  if (!existsSync(service.folders.log)) throw new UsageError('NO_LOG', `expected a log of ${name}, it has not run yet`, 'task up')
  const tail = spawn('tail', ['-n', lines, ...(follow ? ['-F'] : []), service.folders.log], { env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = outcomeOf(tail)
  // as when the reader of a pipe has seen enough
  process.stdout.on('close', () => tail.kill())
  await eachLine(tail.stdout, (text) => print(json ? plainJson({ service: name, text }) : text))
  await ended
})

await runMain(program)
