import { join } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../../../clients/environment.ts'
import { type Queryable, withPostgres } from '../../../clients/postgres.ts'
import { withSender } from '../../../clients/sender.ts'
import { until } from '../until.ts'
import { allowedSamples, type Benchmark, makeProducts, percentile, timed } from './measure.ts'

const perSecond = 200
const seconds = 20
// the first products after a start find code that is not compiled yet
const warmUp = 25 * perSecond
// each partition has requests of its own: with less, brokers are busy with requests of one product
const lingerMs = 100
const ids = z.array(z.object({ product_id: z.string() }))

/** Product sent → in PostgreSQL, where search finds it, at a steady rate; and ban → gone, process start included. */
export const latency: Benchmark = {
  name: 'latency',
  needs: 'platform',
  run: async (env, progress) => {
    const prefix = `lat-${Date.now()}`
    const delays = await sendAndWatch(env, prefix, progress)
    const banned = []
    for (let round = 0; round < 5; round++) banned.push(await banUntilGone(env, `${prefix}-${round}`))
    return [
      { what: `sent → searchable at ${perSecond}/s, p50`, value: percentile(delays, 0.5), unit: 'ms', target: { atMost: 300 } },
      { what: `sent → searchable at ${perSecond}/s, p99`, value: percentile(delays, 0.99), unit: 'ms', target: { atMost: 1_000 } },
      { what: 'banned add → gone from search, slowest of 5', value: Math.max(...banned), unit: 's', target: { atMost: 2 } },
    ]
  },
}

async function sendAndWatch(env: Environment, prefix: string, progress: (text: string) => void): Promise<number[]> {
  // a product that a rule holds back would never arrive
  const make = makeProducts(env, prefix, await allowedSamples(env))
  const total = warmUp + perSecond * seconds
  const pending = new Map<string, number>()
  const delays: number[] = []
  let sent = 0
  let allSent = false
  const watch = (db: Queryable) =>
    until({ code: 'BENCH_LATENCY', awaited: `${total} products in PostgreSQL`, timeoutMs: 120_000, everyMs: 20, hint: 'task status' }, async () => {
      const { rows } = await db.query('select product_id from products where product_id = any($1)', [[...pending.keys()]])
      const now = performance.now()
      for (const { product_id: id } of ids.parse(rows)) {
        delays.push(now - (pending.get(id) ?? now))
        pending.delete(id)
      }
      progress(`${delays.length} of ${total} seen`)
      return (allSent && pending.size === 0) || `${pending.size} outstanding`
    })
  const send = () =>
    withSender(env, { principal: 'shop-api', topic: 'shop.products' }, lingerMs, async (sender) => {
      const started = performance.now()
      while (sent < total) {
        const due = Math.min(total, Math.floor(((performance.now() - started) * perSecond) / 1000))
        for (; sent < due; sent++) {
          const { key, value } = make(sent)
          pending.set(key, performance.now())
          await sender.add(key, Buffer.from(value))
        }
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      await sender.flush()
      allSent = true
    })
  await Promise.all([send(), withPostgres(env, 'operator', watch)])
  return delays.slice(warmUp)
}

async function banUntilGone(env: Environment, id: string): Promise<number> {
  const started = performance.now()
  await timed(['node', join(env.build, 'dist', 'tasks', 'banned.js'), 'add', id, '--reason', 'bench'], { cwd: env.root })
  await withPostgres(env, 'operator', (db) =>
    until({ code: 'BENCH_BAN', awaited: `${id} to be gone`, timeoutMs: 20_000, everyMs: 10, hint: 'task status' }, async () => (await db.query('select 1 from products where product_id = $1', [id])).rowCount === 0 || 'still there'),
  )
  return (performance.now() - started) / 1000
}
