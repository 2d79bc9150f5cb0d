import { existsSync, statSync } from 'node:fs'
import type { Environment } from '../../../clients/environment.ts'
import { pause } from '../../../clients/interruption.ts'
import type { Service } from '../compose.ts'
import { whoChanges } from '../lock.ts'
import { orphans } from '../orphans.ts'
import { probe } from '../probing.ts'
import { statFields } from '../proc.ts'
import { lastWords, limitIn } from '../service-log.ts'
import { hasProgram, isOutdated, processOf } from '../stack.ts'
import { missingTool } from '../tools.ts'
import type { Examination, Finding } from './finding.ts'

const patienceMs = 5_000
const betweenMs = 250

/** What the probe of each service that runs says, by name; nothing when it is ready. */
export async function probeAll(env: Environment, services: Service[]): Promise<Map<string, string>> {
  const running = services.filter((service) => processOf(env, service))
  return new Map(await Promise.all(running.map(async (service): Promise<[string, string]> => [service.name, await notReady({ env, service })])))
}

/** Each service that should run does, answers, and is what is declared now. */
export const services: Examination = {
  name: 'services',
  look: async ({ env, services: declared, probed }) => {
    const running = declared.filter((service) => processOf(env, service))
    const lost = whoChanges(env) ? [] : orphans(env)
    if (running.length + lost.length === 0) return [nothingRuns(declared)]
    const found = declared.flatMap((service) => examined({ env, service }, probed.get(service.name) ?? ''))
    return [...found, ...lost.map(({ service, process }): Finding => ({ kind: 'wrong', what: `${service} runs, but no pid file names it (pid ${process.pid})`, since: process.startedAt, mend: 'task up' }))]
  },
}

const nothingRuns = (declared: Service[]): Finding => {
  const begun = declared.some(({ folders }) => existsSync(folders.log))
  return { kind: 'down', what: 'nothing runs', mend: begun ? 'task up' : 'task bootstrap' }
}

type One = { env: Environment; service: Service }

function examined({ env, service }: One, seen: string): Finding[] {
  const running = processOf(env, service)
  if (!running) return [stopped({ env, service })]
  // a process that a signal has stopped answers nothing, and says nothing
  if (statFields(running.pid)[0] === 'T') return [{ kind: 'down', what: `${service.name} is stopped by a signal (pid ${running.pid})`, mend: `kill -CONT ${running.pid}` }]
  if (seen !== '') return [{ kind: 'wrong', what: `${service.name} runs and is not ready`, since: running.startedAt, why: limitIn(lastWords(service)) ?? seen, mend: `task restart -- ${service.name}` }]
  return isOutdated(env, service, running) ? [{ kind: 'wrong', what: `${service.name} was started from another declaration than config/ has now`, since: running.startedAt, mend: 'task up' }] : []
}

function stopped({ env, service }: One): Finding {
  const what = `${service.name} does not run`
  if (!hasProgram(env, service) && service.tool) return { kind: 'down', what, why: missingTool(service.tool), mend: 'task bootstrap' }
  const lines = lastWords(service)
  const since = existsSync(service.folders.log) ? statSync(service.folders.log).mtime.toISOString() : undefined
  return { kind: 'down', what, since, why: limitIn(lines) ?? (lines.length > 0 ? `it last said: ${lines.at(-1)}` : undefined), mend: 'task up' }
}

/** What its probe says at last. It gives up early, and all are asked at once: on a busy machine the first answer may come too late. */
async function notReady({ env, service }: One): Promise<string> {
  const begun = performance.now()
  const pid = processOf(env, service)?.pid ?? 0
  for (;;) {
    const seen = await probe(env, service, pid)
    if (seen === '' || performance.now() - begun > patienceMs) return seen
    await pause(betweenMs)
  }
}
