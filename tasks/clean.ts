import { Command } from 'commander'
import { loadEnvironment } from '../clients/environment.ts'
import { runMain } from '../clients/terminal.ts'
import { cleanStack } from './lib/clean.ts'
import { sweepTests } from './lib/test-run.ts'

const program = new Command('clean')
  .description("Stop all services and delete this stack's data, keys, configuration and logs. Downloaded and built artifacts stay.")
  .addHelpText('after', '\nExample:\n  task clean')

program.action(async () => {
  const env = loadEnvironment()
  await cleanStack(env)
  await sweepTests(env.root)
})

await runMain(program)
