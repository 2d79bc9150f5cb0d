import { Command } from 'commander'
import { loadEnvironment } from '../clients/environment.ts'
import { print, runMain } from '../clients/terminal.ts'
import { bootstrap } from './lib/bootstrap.ts'
import { interruptible } from './lib/interrupt.ts'
import { lockStack } from './lib/lock.ts'

const program = new Command('bootstrap')
  .description('Empty checkout → running, reconciled platform. Run again, it changes nothing.')
  .addHelpText('after', '\nExample:\n  task bootstrap')

program.action(async () => {
  interruptible()
  const env = loadEnvironment()
  await lockStack(env)
  print(await bootstrap(env))
})

await runMain(program)
