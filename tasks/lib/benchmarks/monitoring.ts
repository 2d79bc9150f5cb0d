import { join } from 'node:path'
import type { Environment } from '../../../clients/environment.ts'
import { enabledServices, type Service } from '../compose.ts'
import { processOf } from '../stack.ts'
import { cpuSeconds, memoryMib } from '../usage.ts'
import { type Benchmark, timed } from './measure.ts'

const settleMs = 60_000
const seconds = 120
const rounds = 2

/** What watching costs on a platform that has nothing to do: memory, processor, and a longer start. */
export const monitoring: Benchmark = {
  name: 'monitoring',
  needs: 'nothing',
  run: async (env, progress) => {
    const [without, within]: [number[], number[]] = [[], []]
    const profiles = env.profiles.filter((profile) => profile !== 'monitoring')
    progress('writing the class archives')
    await bootstrapFromNothing(env, [...profiles, 'monitoring'])
    for (let round = 1; round <= rounds; round++) {
      progress(`bootstrap without monitoring, ${round} of ${rounds}`)
      without.push(await bootstrapFromNothing(env, profiles))
      progress(`bootstrap with monitoring, ${round} of ${rounds}`)
      within.push(await bootstrapFromNothing(env, [...profiles, 'monitoring']))
    }
    const services = enabledServices(env)
    const watchers = services.filter(({ profile }) => profile === 'monitoring')
    progress(`idle for ${(settleMs + seconds * 1000) / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, settleMs))
    const share = await processorShare(env, watchers)
    const memory = watchers.reduce((sum, service) => sum + memoryMib(processOf(env, service)?.pid ?? 0), 0)
    return [
      { what: 'memory of all that watches', value: memory, unit: 'MiB', target: { atMost: 200 } },
      { what: `processor of all that watches, over ${seconds} s`, value: share, unit: '% of a core', target: { atMost: 5 } },
      { what: `warm bootstrap without monitoring, quickest of ${rounds}`, value: Math.min(...without), unit: 's' },
      { what: 'monitoring makes it longer by', value: Math.min(...within) - Math.min(...without), unit: 's', target: { atMost: 3 } },
    ]
  },
}

/** @returns seconds that it took */
async function bootstrapFromNothing(env: Environment, profiles: string[]): Promise<number> {
  const task = (name: string) => timed(['env', `COMPOSE_PROFILES=${profiles.join(',')}`, 'node', join(env.build, 'dist', 'tasks', `${name}.js`)], { cwd: env.root })
  await task('clean')
  return (await task('bootstrap')).ms / 1000
}

async function processorShare(env: Environment, services: Service[]): Promise<number> {
  const used = () => services.reduce((sum, service) => sum + cpuSeconds(processOf(env, service)?.pid ?? 0), 0)
  const [before, began] = [used(), performance.now()]
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  return ((used() - before) * 100_000) / (performance.now() - began)
}
