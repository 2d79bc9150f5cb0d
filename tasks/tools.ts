import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Command } from 'commander'
import { loadEnvironment } from '../clients/environment.ts'
import { runMain, step } from '../clients/terminal.ts'
import { lockStack } from './lib/lock.ts'
import { fetchTools } from './lib/tools.ts'

const program = new Command('tools').description('Fetch Prometheus and Alertmanager, pinned, without installing them')

program.action(async () => {
  const env = loadEnvironment()
  await lockStack({ ...env, stack: join(env.build, 'tools') })
  const outcome = await step('Prometheus, Alertmanager', () => fetchTools(env))
  // go-task runs this again when this file is gone
  const note = join(env.build, 'tools.txt')
  mkdirSync(dirname(note), { recursive: true })
  writeFileSync(note, `${outcome}\n`)
})

await runMain(program)
