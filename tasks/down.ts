import { Command } from 'commander'
import { loadEnvironment } from '../clients/environment.ts'
import { runMain } from '../clients/terminal.ts'
import { loadServices } from './lib/compose.ts'
import { lockStack } from './lib/lock.ts'
import { down } from './lib/stack.ts'

const program = new Command('down').description('Stop all services in reverse order; data stays').addHelpText('after', '\nExample:\n  task down')

program.action(async () => {
  const env = loadEnvironment()
  await lockStack(env)
  await down(env, loadServices(env))
})

await runMain(program)
