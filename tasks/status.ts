import { Command } from 'commander'
import { type Environment, loadEnvironment } from '../clients/environment.ts'
import { messageOf } from '../clients/errors.ts'
import { endsWithin, print, printJson, runMain, table, warn } from '../clients/terminal.ts'
import { loadServices } from './lib/compose.ts'
import { whoChanges } from './lib/lock.ts'
import { orphans } from './lib/orphans.ts'
import { probe } from './lib/probing.ts'
import { partitionsWithoutRules } from './lib/seed-rules.ts'
import { hasProgram, isOutdated, processOf } from './lib/stack.ts'
import { missingTool } from './lib/tools.ts'
import { memoryMib } from './lib/usage.ts'

const program = endsWithin(20, new Command('status'))
  .description('What runs, whether it is ready, since when and with how much memory. Exit code 4 when a service is down.')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExamples:\n  task status\n  task status -- --json')

type Row = { service: string; profile: string; state: string; pid?: number | undefined; startedAt?: string | undefined; memoryMib?: number | undefined; ports: number[] }

program.action(async ({ json }: { json?: true }) => {
  const env = loadEnvironment()
  const services = loadServices(env).filter((service) => service.probe && (env.profiles.includes(service.profile) || processOf(env, service)))
  const named: Row[] = await Promise.all(
    services.map(async (service) => {
      const running = processOf(env, service)
      const seen = running && (await probe(env, service, running.pid))
      const state = !running ? (service.tool && !hasProgram(env, service) ? `not here: ${missingTool(service.tool)}` : 'down') : seen ? `not ready: ${seen}` : isOutdated(env, service, running) ? 'ready, declaration changed' : 'ready'
      return { service: service.name, profile: service.profile, state, pid: running?.pid, startedAt: running?.startedAt, memoryMib: running && memoryMib(running.pid), ports: service.ports.map(({ port }) => port) }
    }),
  )
  const changing = whoChanges(env)
  // what is just being started has no pid file yet
  const found = changing ? [] : lost(env)
  const rows = [...named.filter(({ service, state }) => state !== 'down' || !found.some((each) => each.service === service)), ...found]
  await sayWithoutRules(env, rows)
  if (json) printJson(rows)
  else {
    const cells = rows.map(({ service, profile, state, pid, startedAt, memoryMib: memory, ports }) => [service, profile, state, String(pid ?? ''), startedAt?.slice(0, 19).replace('T', ' ') ?? '', memory ? `${memory} MiB` : '', ports.join(' ')])
    print(table(['service', 'profile', 'state', 'pid', 'started (UTC)', 'memory', 'ports'], cells))
    print(`${rows.filter(({ pid }) => pid).length} of ${rows.length} run, ${rows.reduce((sum, { memoryMib: memory }) => sum + (memory ?? 0), 0)} MiB resident`)
  }
  if (changing) warn(`this stack is being changed by ${changing}`)
  if (rows.some(({ state }) => !/^(ready|not here)/.test(state))) process.exitCode = 4
})

/** Processes that run without anybody's knowledge. */
function lost(env: Environment): Row[] {
  return orphans(env).map(({ service, process: { pid, startedAt } }) => ({ service, profile: '', state: 'runs, but no pid file names it: task up or task down', pid, startedAt, memoryMib: memoryMib(pid), ports: [] }))
}

/** A filter that lives and has no rules lists nothing, which no probe shows. */
async function sayWithoutRules(env: Environment, rows: Row[]): Promise<void> {
  const filter = rows.find(({ service, state }) => service === 'product-filter' && state.startsWith('ready'))
  if (!filter || !rows.some(({ service, state }) => service.startsWith('kafka-') && state.startsWith('ready'))) return
  const waiting = await partitionsWithoutRules(env, 'quick').catch((error: unknown) => messageOf(error))
  if (typeof waiting === 'string') filter.state = `not known whether it has its rules: ${waiting}`
  else if (waiting.length > 0) filter.state = `without rules in partitions ${waiting.join(', ')}, lists nothing there: task apply -- bans`
}

await runMain(program)
