import { Command } from 'commander'
import { offer } from '../clients/completion.ts'
import { loadEnvironment } from '../clients/environment.ts'
import { whenInterrupted } from '../clients/interruption.ts'
import { printJson, runMain, step } from '../clients/terminal.ts'
import { lockStack } from './lib/lock.ts'
import { serviceNames, servicesNamed } from './lib/named-services.ts'
import { restart } from './lib/stack.ts'

const program = new Command('restart')
  .description('Stop services and start them from what is declared now, one after the other, each until it is ready')
  .argument('<service...>', 'which')
  .option('--json', 'what was restarted, as JSON')
  .addHelpText('after', '\nExamples:\n  task restart -- product-filter\n  task restart -- kafka-1 kafka-2 kafka-3')

offer(program, 'service', () => serviceNames(loadEnvironment()))
program.action(async (names: string[], { json }: { json?: true }) => {
  const env = loadEnvironment()
  const services = servicesNamed(env, names)
  whenInterrupted('the service that was stopped is started again; the others run on as they were')
  await lockStack(env)
  for (const service of services) await step(service.name, () => restart(env, service))
  if (json) printJson({ restarted: services.map(({ name }) => name) })
})

await runMain(program)
