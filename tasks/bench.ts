import { Command } from 'commander'
import { offer } from '../clients/completion.ts'
import { type Environment, loadEnvironment } from '../clients/environment.ts'
import { UsageError } from '../clients/errors.ts'
import { putBack } from '../clients/interruption.ts'
import { didYouMean } from '../clients/suggestion.ts'
import { print, printJson, runMain, step, table } from '../clients/terminal.ts'
import { analytics, growth } from './lib/benchmarks/analytics.ts'
import { latency } from './lib/benchmarks/latency.ts'
import type { Benchmark, Measure } from './lib/benchmarks/measure.ts'
import { mirror } from './lib/benchmarks/mirror.ts'
import { monitoring } from './lib/benchmarks/monitoring.ts'
import { search } from './lib/benchmarks/search.ts'
import { startup } from './lib/benchmarks/startup.ts'
import { filter, shop } from './lib/benchmarks/throughput.ts'
import { bootstrap } from './lib/bootstrap.ts'
import { cleanStack } from './lib/clean.ts'
import { loadServices } from './lib/compose.ts'
import { summarise } from './lib/show.ts'
import { down } from './lib/stack.ts'

const benchmarks: Benchmark[] = [startup, search, latency, mirror, analytics, growth, monitoring, shop, filter]
const names = benchmarks.map(({ name }) => name)

const program = new Command('bench')
  .description('Measure speed and memory, on a stack of its own at 127.0.0.3 that is deleted before and after.')
  .argument('[name...]', `which: ${names.join(', ')} (default: all but growth, which takes 20 minutes)`)
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExamples:\n  task bench\n  task bench -- latency --json')

offer(program, 'name', () => names)
program.action(async (chosen: string[], { json }: { json?: true }) => {
  for (const name of chosen) if (!names.includes(name)) throw new UsageError('UNKNOWN_BENCHMARK', `expected one of ${names.join(', ')}, got ${name}${didYouMean(name, names)}`, 'task bench -- latency')
  const env = ownStack()
  await cleanStack(env)
  const measures: Measure[] = []
  try {
    for (const benchmark of benchmarks.filter(({ name, onRequest }) => (chosen.length === 0 ? !onRequest : chosen.includes(name)))) {
      await prepare(env, benchmark)
      measures.push(...(await step(benchmark.name, (progress) => benchmark.run(env, progress))))
    }
  } finally {
    // what one benchmark has measured is not lost when the next one fails
    if (json) printJson(measures)
    else print(table(['measured', 'value', 'target', ''], measures.map(row)))
    await putBack('the stack of the benchmarks is deleted', 'task bench deletes it before it begins', () => cleanStack(env))
  }
})

/** A stack of the benchmarks' own; the programs that they run find it in their environment. */
function ownStack(): Environment {
  Object.assign(process.env, { VYGODNO_STACK: '.stack/bench', VYGODNO_HOST: '127.0.0.3' })
  return loadEnvironment()
}

/** Programs that are not measured would take part of the two cores. */
async function prepare(env: Environment, { needs }: Benchmark): Promise<void> {
  if (needs === 'nothing') return
  await step('bootstrap', async () => summarise(await bootstrap(env)))
  if (needs === 'brokers') await down(env, loadServices(env).filter(({ name }) => !name.startsWith('kafka-')))
}

function row({ what, value, unit, target }: Measure): string[] {
  const shown = (number: number) => `${number >= 100 ? Math.round(number).toLocaleString('en') : number.toFixed(2)} ${unit}`
  if (!target) return [what, shown(value), '', '']
  const met = 'atMost' in target ? value <= target.atMost : value >= target.atLeast
  return [what, shown(value), 'atMost' in target ? `≤ ${target.atMost} ${unit}` : `≥ ${target.atLeast} ${unit}`, met ? 'met' : 'MISSED']
}

await runMain(program)
