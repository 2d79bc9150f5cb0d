import { join } from 'node:path'
import { type Benchmark, percentile, timed } from './measure.ts'

const queries = ['чайник', 'беспроводные наушники', 'кросовки', 'ghbynth', 'смартфон 128']

/** Wall time of the whole command, process start, TLS and the event to Kafka included. */
export const search: Benchmark = {
  name: 'search',
  needs: 'platform',
  run: async (env, progress) => {
    await timed(['node', join(env.build, 'dist', 'apps', 'shop-api', 'main.js'), 'send', 'data/products.json'], { cwd: env.root })
    const walls: number[] = []
    for (let round = 0; round < 20; round++) {
      progress(`${round} of 20`)
      walls.push((await timed([join(env.root, 'taskw'), 'search', '--', queries[round % queries.length] ?? ''], { cwd: env.root })).ms / 1000)
    }
    return [
      { what: './taskw search, median of 20', value: percentile(walls, 0.5), unit: 's', target: { atMost: 0.6 } },
      { what: './taskw search, slowest of 20', value: percentile(walls, 1), unit: 's' },
    ]
  },
}
