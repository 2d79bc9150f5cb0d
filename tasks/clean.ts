import { Command } from 'commander'
import { loadEnvironment } from '../clients/environment.ts'
import { printJson, runMain } from '../clients/terminal.ts'
import { cleanStack } from './lib/clean.ts'
import { sweepTests } from './lib/test-run.ts'

const program = new Command('clean')
  .description("Stop all services and delete this stack's data, keys, configuration and logs. Downloaded and built artifacts stay.")
  .option('--json', 'what was deleted, as JSON')
  .addHelpText('after', '\nExample:\n  task clean')

program.action(async ({ json }: { json?: true }) => {
  const env = loadEnvironment()
  const stopped = await cleanStack(env)
  const leftOvers = await sweepTests(env.root)
  if (json) printJson({ deleted: env.stack, stopped, leftOvers })
})

await runMain(program)
