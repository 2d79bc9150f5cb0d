import { Command } from 'commander'
import { offer } from '../clients/completion.ts'
import { loadEnvironment } from '../clients/environment.ts'
import { counted, printJson, runMain, say } from '../clients/terminal.ts'
import { loadServices } from './lib/compose.ts'
import { lockStack } from './lib/lock.ts'
import { serviceNames, servicesNamed } from './lib/named-services.ts'
import { down } from './lib/stack.ts'
import { sweepTests } from './lib/test-run.ts'

const program = new Command('down')
  .description('Stop services in reverse order; data stays')
  .argument('[service...]', 'which (default: all)')
  .option('--json', 'what was stopped, as JSON')
  .addHelpText('after', '\nExamples:\n  task down\n  task down -- connect product-filter')

offer(program, 'service', () => serviceNames(loadEnvironment()))
program.action(async (names: string[], { json }: { json?: true }) => {
  const env = loadEnvironment()
  const services = names.length > 0 ? servicesNamed(env, names) : loadServices(env)
  await lockStack(env)
  const stopped = await down(env, services)
  const left = await sweepTests(env.root)
  if (json) printJson({ stopped, leftOvers: left })
  if (left > 0) say(`what tests had left behind is ended, too: ${counted(left, 'program')}`)
})

await runMain(program)
