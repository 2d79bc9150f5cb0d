import { Command } from 'commander'
import { loadEnvironment } from '../clients/environment.ts'
import { whenInterrupted } from '../clients/interruption.ts'
import { print, printJson, runMain } from '../clients/terminal.ts'
import { bootstrap } from './lib/bootstrap.ts'
import { lockStack } from './lib/lock.ts'
import { summarise } from './lib/show.ts'

const program = new Command('bootstrap')
  .description('Empty checkout → running, reconciled platform. Run again, it changes nothing.')
  .option('--json', 'the changes made, as JSON')
  .addHelpText('after', '\nExamples:\n  task bootstrap\n  task bootstrap -- --json --quiet')

program.action(async ({ json }: { json?: true }) => {
  whenInterrupted('the same command goes on from here; task down stops what was started')
  const env = loadEnvironment()
  await lockStack(env)
  const changes = await bootstrap(env)
  if (json) printJson(changes)
  else print(summarise(changes))
})

await runMain(program)
