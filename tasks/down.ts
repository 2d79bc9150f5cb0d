import { Command } from 'commander'
import { loadEnvironment } from '../clients/environment.ts'
import { counted, printJson, runMain, say } from '../clients/terminal.ts'
import { loadServices } from './lib/compose.ts'
import { lockStack } from './lib/lock.ts'
import { down } from './lib/stack.ts'
import { sweepTests } from './lib/test-run.ts'

const program = new Command('down').description('Stop all services in reverse order; data stays').option('--json', 'what was stopped, as JSON').addHelpText('after', '\nExample:\n  task down')

program.action(async ({ json }: { json?: true }) => {
  const env = loadEnvironment()
  await lockStack(env)
  const stopped = await down(env, loadServices(env))
  const left = await sweepTests(env.root)
  if (json) printJson({ stopped, leftOvers: left })
  if (left > 0) say(`what tests had left behind is ended, too: ${counted(left, 'program')}`)
})

await runMain(program)
