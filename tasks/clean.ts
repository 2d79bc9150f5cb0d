import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { type Environment, loadEnvironment } from '../clients/environment.ts'
import { orInterrupted } from '../clients/interruption.ts'
import { lines } from '../clients/lines.ts'
import { counted, printJson, runMain, say } from '../clients/terminal.ts'
import { cleanStack } from './lib/clean.ts'
import { loadServices } from './lib/compose.ts'
import { processOf } from './lib/stack.ts'
import { sweepTests } from './lib/test-run.ts'

const program = new Command('clean')
  .description("Stop all services and delete this stack's data, keys, configuration and logs. Downloaded and built artifacts stay.")
  .option('--yes', 'without asking; who has no terminal is not asked')
  .option('--json', 'what was deleted, as JSON')
  .addHelpText('after', '\nExamples:\n  task clean\n  task clean -- --yes')

program.action(async ({ yes, json }: { yes?: true; json?: true }) => {
  const env = loadEnvironment()
  if (!yes && process.stdin.isTTY && process.stderr.isTTY && existsSync(env.stack) && !(await isMeant(env))) return say('nothing was changed')
  const stopped = await cleanStack(env)
  const leftOvers = await sweepTests(env.root)
  if (json) printJson({ deleted: env.stack, stopped, leftOvers })
})

/** Shows what would be gone, and asks. */
async function isMeant(env: Environment): Promise<boolean> {
  const running = loadServices(env).filter((service) => processOf(env, service)).length
  process.stderr.write(`This stops ${counted(running, 'service')} and deletes ${env.stack}: products, events, the lake, keys and logs. Type yes: `)
  const { value: answer = '' } = await orInterrupted(lines(process.stdin).next())
  process.stdin.unref()
  return String(answer).trim().toLowerCase() === 'yes'
}

await runMain(program)
