import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from '../../../clients/environment.ts'
import { enabledServices, type Service } from '../compose.ts'
import { down, processOf } from '../stack.ts'
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
    const running = (some: Service[]) => some.flatMap((service) => processOf(env, service)?.pid ?? [])
    progress(`idle for ${(settleMs + seconds * 1000) / 1000} s`)
    await sleep(settleMs)
    const memory = running(watchers).reduce((sum, pid) => sum + memoryMib(pid), 0)
    const watched = running(services.filter((service) => !watchers.includes(service)))
    const [own, ofWatched] = await processorShares(running(watchers), watched)
    await down(env, watchers)
    progress('the same without monitoring')
    await sleep(settleMs)
    const [, ofUnwatched] = await processorShares([], watched)
    return [
      { what: 'memory of all that watches', value: memory, unit: 'MiB', target: { atMost: 200 } },
      { what: `processor of all that watches, over ${seconds} s`, value: own, unit: '% of a core', target: { atMost: 5 } },
      { what: 'the same with what it costs the watched', value: own + ofWatched - ofUnwatched, unit: '% of a core' },
      { what: 'processor of the platform without it, idle', value: ofUnwatched, unit: '% of a core' },
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

/** How much of a core each of two groups of processes takes, in percent, over the same time. */
async function processorShares(some: number[], others: number[]): Promise<[number, number]> {
  const used = (pids: number[]) => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0)
  const [ofSome, ofOthers, began] = [used(some), used(others), performance.now()]
  await sleep(seconds * 1000)
  const share = (before: number, pids: number[]) => ((used(pids) - before) * 100_000) / (performance.now() - began)
  return [share(ofSome, some), share(ofOthers, others)]
}
