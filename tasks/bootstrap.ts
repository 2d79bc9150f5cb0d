import { Command } from 'commander'
import { loadEnvironment } from '../clients/environment.ts'
import { whenInterrupted } from '../clients/interruption.ts'
import { print, runMain } from '../clients/terminal.ts'
import { bootstrap } from './lib/bootstrap.ts'
import { lockStack } from './lib/lock.ts'

const program = new Command('bootstrap')
  .description('Empty checkout → running, reconciled platform. Run again, it changes nothing.')
  .addHelpText('after', '\nExample:\n  task bootstrap')

program.action(async () => {
  whenInterrupted('the same command goes on from here; task down stops what was started')
  const env = loadEnvironment()
  await lockStack(env)
  print(await bootstrap(env))
})

await runMain(program)
