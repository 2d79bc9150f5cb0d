import { setImmediate as breathe } from 'node:timers/promises'
import { type Environment, loadEnvironment } from '../../clients/environment.ts'
import { interruptedCode, interruptedError, interruption, whenInterrupted } from '../../clients/interruption.ts'
import { showProgress } from '../../clients/progress.ts'
import type { Sender } from '../../clients/sender.ts'
import { print, printJson, say, step } from '../../clients/terminal.ts'
import { catalogueOfFile, catalogueOfShop } from './simulator/catalogue.ts'
import { withDestination, withFile } from './simulator/destination.ts'
import { malformed } from './simulator/malformed.ts'
import { type Simulation, simulation } from './simulator/simulation.ts'
import { tastesOf } from './simulator/truth.ts'

export type SimulateOptions = {
  users: number
  events: number
  seed: number
  days: number
  until: Date
  products?: string
  file?: string
  truth?: string
  malformed: number
  json?: boolean
}

/** What was simulated; `active` counts the users who did something. */
type Result = { sent: number; active: number; types: Record<string, number>; seconds: number; perSecond: number }

/** Simulates users of the marketplace; their events go to Kafka, or to a file. */
export async function simulateCommand({ until, ...options }: SimulateOptions): Promise<void> {
  const env = loadEnvironment()
  const { users, events, seed, days, file } = options
  const again =
    `task simulate -- --users ${users} --events ${events} --seed ${seed} --days ${days} --until ${until.toISOString()}`
  whenInterrupted(`the same events with the same ids: ${again}`)
  const { products } = options
  const catalogue = products === undefined ? await catalogueOfShop(env) : await catalogueOfFile(products)
  const simulated = simulation(catalogue, { users, events, seed, days, untilMs: until.getTime() })
  if (options.truth !== undefined) await writeTruth(options.truth, seed, simulated)
  const result = await run(env, simulated, options, interruption())
  const done = `${result.sent} ${file === undefined ? 'sent' : 'written'}`
  if (interruptedCode() !== undefined) throw interruptedError(done)
  if (options.json) return printJson({ ...result, users, seed, days, until: until.toISOString() })
  print(`${done}, by ${result.active} of ${users} users, in ${result.seconds.toFixed(1)} s (${result.perSecond}/s)`)
  print(Object.entries(result.types).map(([type, count]) => `${type} ${count}`).join(' · '))
  say(`the same again: ${again}`)
}

async function run(
  env: Environment,
  simulated: Simulation,
  { file, events, malformed: bad }: SimulateOptions | Omit<SimulateOptions, 'until'>,
  signal: AbortSignal,
): Promise<Result> {
  const types: Record<string, number> = {}
  const active = new Set<string>()
  return withDestination(env, file, async (sender) => {
    const started = performance.now()
    let done = 0
    const progress = showProgress(() => ({ done, size: events + bad, sent: sender.sent() }))
    try {
      for (const hour of simulated.hours) {
        if (signal.aborted) break
        for (const event of hour) {
          await sender.add(event.user_id, Buffer.from(JSON.stringify(event)))
          types[event.type] = (types[event.type] ?? 0) + 1
          active.add(event.user_id)
        }
        done += hour.length
        // lets the network and Ctrl-C have their turn
        await breathe()
      }
      for (const { key, value } of signal.aborted ? [] : malformed(bad)) await sender.add(key, value)
    } finally {
      await sender.flush()
      progress.stop()
    }
    const seconds = (performance.now() - started) / 1_000
    const sent = sender.sent()
    return { sent, active: active.size, types, seconds, perSecond: Math.round(sent / seconds) }
  })
}

/** Writes what every user really likes, the ceiling of all recommendations: {"seed", "users": [{user_id, tastes}]}. */
async function writeTruth(file: string, seed: number, { market, shoppers }: Simulation): Promise<void> {
  await step('true tastes', () =>
    withFile(file, async (lines: Sender) => {
      await lines.add('', Buffer.from(`{"seed":${seed},"users":[`))
      for (const [index, shopper] of shoppers.entries()) {
        const comma = index + 1 < shoppers.length ? ',' : ''
        await lines.add('', Buffer.from(`${JSON.stringify(tastesOf(market, shopper))}${comma}`))
      }
      await lines.add('', Buffer.from(']}'))
      await lines.flush()
      return file
    }),
  )
}
