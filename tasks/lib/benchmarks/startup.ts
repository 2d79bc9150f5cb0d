import { join } from 'node:path'
import { z } from 'zod'
import { type Benchmark, timed } from './measure.ts'

const statusShape = z.array(z.object({ memoryMib: z.int() }))

/** From an empty state, artifacts cached, to ready; the same again; and the memory of what then runs. */
export const startup: Benchmark = {
  name: 'start-up',
  needs: 'nothing',
  run: async (env, progress) => {
    const task = (name: string, ...args: string[]) => timed(['node', join(env.build, 'dist', 'tasks', `${name}.js`), ...args], { cwd: env.root })
    progress('writing the class archives')
    await task('bootstrap')
    await task('clean')
    progress('warm bootstrap')
    const warm = await task('bootstrap')
    const again = await task('bootstrap')
    const memory = statusShape.parse(JSON.parse((await task('status', '--json')).stdout)).reduce((sum, { memoryMib }) => sum + memoryMib, 0)
    return [
      { what: 'warm bootstrap, empty state → ready', value: warm.ms / 1000, unit: 's', target: { atMost: 40 } },
      { what: 'bootstrap again', value: again.ms / 1000, unit: 's', target: { atMost: 5 } },
      { what: 'all services together, proportional memory', value: memory, unit: 'MiB', target: { atMost: 2_200 } },
    ]
  },
}
