import { rm } from 'node:fs/promises'
import { Command } from 'commander'
import { loadEnvironment } from '../clients/environment.ts'
import { runMain, step } from '../clients/terminal.ts'
import { loadServices } from './lib/compose.ts'
import { lockStack } from './lib/lock.ts'
import { down } from './lib/stack.ts'

const program = new Command('clean')
  .description("Stop all services and delete this stack's data, keys, configuration and logs. Downloaded and built artifacts stay.")
  .addHelpText('after', '\nExample:\n  task clean')

program.action(async () => {
  const env = loadEnvironment()
  await lockStack(env)
  await down(env, loadServices(env))
  await step(`delete ${env.stack}`, () => rm(env.stack, { recursive: true, force: true }))
})

await runMain(program)
