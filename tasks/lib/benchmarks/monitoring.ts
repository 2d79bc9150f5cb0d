import { join } from 'node:path'
import type { Environment } from '../../../clients/environment.ts'
import { pause } from '../../../clients/interruption.ts'
import { enabledServices, type Service } from '../compose.ts'
import { processOf } from '../stack.ts'
import { cpuSeconds, memoryMib } from '../usage.ts'
import { type Benchmark, timed } from './measure.ts'

const settleMs = 120_000
const seconds = 60
const turns = 5
const pauseMs = 5_000
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
    progress(`idle for ${settleMs / 1000} s`)
    await pause(settleMs)
    const memory = running(watchers).reduce((sum, pid) => sum + memoryMib(pid), 0)
    const watched = running(services.filter((service) => !watchers.includes(service)))
    const shares = await alternate(running(watchers), watched, progress)
    const [own, added] = [mean(shares.map(({ own }) => own)), mean(shares.map(({ added }) => added))]
    const error = Math.sqrt(mean(shares.map((share) => (share.added - added) ** 2)) / (shares.length - 1))
    return [
      { what: 'memory of all that watches', value: memory, unit: 'MiB', target: { atMost: 200 } },
      { what: 'processor of all that watches', value: own, unit: '% of a core' },
      { what: `the same with what it costs the watched (± ${error.toFixed(1)}, standard error)`, value: own + added, unit: '% of a core', target: { atMost: 5 } },
      { what: `warm bootstrap without monitoring, quickest of ${rounds}`, value: Math.min(...without), unit: 's' },
      { what: 'monitoring makes it longer by', value: Math.min(...within) - Math.min(...without), unit: 's', target: { atMost: 3 } },
    ]
  },
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/**
 * Processor of the watchers, and of the watched with and without them, in percent of a core. The watched take ten times what
 * watching adds, and the machine's speed changes as one looks: so the watchers are stopped and continued in turn.
 */
async function alternate(watchers: number[], watched: number[], progress: (text: string) => void): Promise<{ own: number; added: number }[]> {
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => watchers.forEach((pid) => process.kill(pid, name))
  const shares: { own: number; added: number }[] = []
  try {
    for (let turn = 1; turn <= turns; turn++) {
      progress(`idle with and without, ${seconds} s each, ${turn} of ${turns}`)
      signal('SIGCONT')
      // what has become overdue meanwhile is done at once
      await pause(pauseMs)
      const [own, within] = await processorShares(watchers, watched)
      signal('SIGSTOP')
      await pause(pauseMs)
      const [, without] = await processorShares([], watched)
      shares.push({ own, added: within - without })
    }
  } finally {
    signal('SIGCONT')
  }
  return shares
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
  await pause(seconds * 1000)
  const share = (before: number, pids: number[]) => ((used(pids) - before) * 100_000) / (performance.now() - began)
  return [share(ofSome, some), share(ofOthers, others)]
}
