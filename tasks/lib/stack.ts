import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from '../../clients/environment.ts'
import { messageOf } from '../../clients/errors.ts'
import { interruption, putBack } from '../../clients/interruption.ts'
import { counted, say, step, warn } from '../../clients/terminal.ts'
import { keepArchive } from './cds.ts'
import type { Service } from './compose.ts'
import { fingerprint, keepDeclaration } from './declaration.ts'
import { declareToWorker } from './door.ts'
import { judge } from './judge.ts'
import { launch, launchInitialisation, pidFile } from './launch.ts'
import { requireMachine } from './limits/table.ts'
import { orphans } from './orphans.ts'
import { requireFreePorts } from './ports.ts'
import { probes } from '../../clients/probes.ts'
import { forget, isAlive, type PidFile, readPidFile, signalGroup, type Started, stopProcess, writePidFile } from './processes.ts'
import { died, hasLostLog, lastLine, lastLines, limitWatch } from './service-log.ts'
import { removeTemporary } from './temporary.ts'
import { findTool, missingTool } from './tools.ts'
import { until } from './until.ts'

const initialisedMark = (service: Service) => join(`${service.folders.data}.initialised`)

/** The process of a service, undefined when it does not run. */
export function processOf(env: Environment, service: Service): PidFile | undefined {
  return readPidFile(pidFile(env, service))
}

/** Whether this machine has the program that a service is; one that it has not is left out. */
export function hasProgram(env: Environment, { tool }: Service): boolean {
  return !tool || findTool(env, tool) !== undefined
}

/** Whether a running service was started from something else than what is declared now. */
export function isOutdated(env: Environment, service: Service, running: PidFile): boolean {
  return running.fingerprint !== fingerprint(env, service)
}

/**
 * Starts what does not run, restarts what runs from an outdated declaration, and waits until all is ready.
 * Each service starts as soon as what it depends on is ready. Calling it again when all is up changes nothing.
 *
 * @throws UsageError `CONFIG_INVALID` with what a program would not take, before any is stopped
 * @throws PrerequisiteError `MACHINE_UNFIT`, `NOT_ENOUGH_MEMORY`, `NOT_ENOUGH_DISK` or `PORT_TAKEN`, before anything is started
 * @throws InfraError `SERVICE_DIED` as soon as an awaited process has ended, with its last log lines
 */
export async function up(env: Environment, declared: Service[]): Promise<void> {
  const services = declared.filter((service) => hasProgram(env, service))
  for (const service of declared) if (service.tool && !hasProgram(env, service)) warn(`${service.name}: left out, ${missingTool(service.tool)}`)
  const outdated = services.filter((service) => {
    const running = processOf(env, service)
    return running && isOutdated(env, service, running)
  })
  const stopped = services.filter((service) => service.probe && !processOf(env, service))
  // before a healthy service is stopped
  if (outdated.length + stopped.length > 0) await requireMachine(env, [...outdated, ...stopped], stopped)
  await judge(env, [...outdated, ...stopped])
  await stop(env, services, outdated, 'declaration changed, stopping ')
  await stop(env, services, services.filter((service) => losesItsWords(env, service)), 'log deleted, stopping ')
  // nobody knows what they were started from, or whether their data is still there
  await stop(env, services, withOrphans(env, services), 'no pid file names it, stopping ')
  const starting = services.filter((service) => service.probe && !processOf(env, service))
  await requireFreePorts(env, starting)
  // what runs may still be on its way to ready, left so by an interrupted command
  const beginning = services.filter((service) => service.probe || isNeededBy(service, starting))
  const done = new Map<string, Promise<void>>()
  const waiting = new Map<string, string>()
  // one failure ends the waiting for all
  const failed = new AbortController()
  const end = AbortSignal.any([failed.signal, interruption()])
  await step(starting.length > 0 ? counted(services.length, 'service') : `${counted(services.length, 'service')}, already running`, async (progress) => {
    const show = (name: string) => (text?: string) => {
      if (text) waiting.set(name, text)
      else waiting.delete(name)
      progress([...waiting].map(([service, what]) => `${service} ${what}`).join(', '))
    }
    const begin = async (service: Service) => {
      await Promise.all(service.dependsOn.map(({ service: name }) => done.get(name)))
      if (!end.aborted) await startOne(env, service, show(service.name), end)
    }
    for (const service of beginning) done.set(service.name, begin(service))
    try {
      await Promise.all(done.values())
    } finally {
      failed.abort()
      await Promise.allSettled(done.values())
    }
  })
}

function losesItsWords(env: Environment, service: Service): boolean {
  const running = processOf(env, service)
  return running !== undefined && hasLostLog(service, running)
}

/** A one-shot service runs only for the sake of services that start now. */
function isNeededBy(service: Service, starting: Service[]): boolean {
  return !service.probe && starting.some(({ dependsOn }) => dependsOn.some((other) => other.service === service.name))
}

async function startOne(env: Environment, service: Service, progress: (waitingFor?: string) => void, stop: AbortSignal): Promise<void> {
  const started = performance.now()
  for (const [file, { text }] of service.configs) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { mode: 0o600 })
  }
  declareToWorker(env, service.name)
  const running = processOf(env, service)
  if (!running) {
    progress('initialises')
    await initialise(env, service, stop)
  }
  if (stop.aborted) return
  progress(service.probe ? 'starts' : 'runs')
  const { process, ended, release } = running ? adopted(running) : launch(env, service)
  try {
    if (service.probe) await ready(env, service, process, ended, stop)
    else await completed(service, process, ended, stop)
  } finally {
    release()
    if (!service.probe) removeTemporary(env, service.name)
  }
  progress()
  if (running || stop.aborted) return
  say(`  ${service.name} ${((performance.now() - started) / 1000).toFixed(1)}s${service.probe ? '' : ` (${lastLine(service, process)})`}`)
}

/** Stops one service, does what can't be done while it runs, starts it from what is declared now and waits for it; so does a signal. */
export async function restart(env: Environment, service: Service, meanwhile: () => void = () => {}): Promise<void> {
  await putBack(`${service.name} runs again`, 'task up', () => stopOne(env, service).then(meanwhile).then(() => startOne(env, service, () => {}, interruption())))
}

/** Has a running service read its certificates again without stopping; it counts as started from what is declared now. */
export function reload(env: Environment, service: Service): void {
  const running = processOf(env, service)
  if (!running) return
  signalGroup(running, 'SIGHUP')
  keepDeclaration(env, service)
  writePidFile(pidFile(env, service), { ...running, fingerprint: fingerprint(env, service) })
}

const never = new Promise<string>(() => {})
const adopted = (process: PidFile): Started => ({ process, ended: never, release: () => {} })

/** An interrupted initialisation leaves no mark, so it is begun again on an empty folder. */
async function initialise(env: Environment, service: Service, stop: AbortSignal): Promise<void> {
  if (!service.initialise || existsSync(initialisedMark(service))) return
  rmSync(service.folders.data, { recursive: true, force: true })
  mkdirSync(service.folders.data, { recursive: true, mode: 0o700 })
  const { process, ended } = launchInitialisation(env, service, service.initialise)
  if (await completed(service, process, ended, stop)) writeFileSync(initialisedMark(service), '')
}

const oneShotDeadlineMs = 90_000

/** Waits for a program that does one thing; ends it when it takes too long or, and then it is false, when something else has failed. */
async function completed(service: Service, process: PidFile, ended: Promise<string>, stop: AbortSignal): Promise<boolean> {
  const end = () => signalGroup(process, 'SIGTERM')
  stop.addEventListener('abort', end, { once: true })
  const timer = setTimeout(end, oneShotDeadlineMs)
  const how = await ended
  clearTimeout(timer)
  stop.removeEventListener('abort', end)
  if (how !== 'exit code 0' && !stop.aborted) throw died(service, how, process)
  return how === 'exit code 0'
}

async function ready(env: Environment, service: Service, process: PidFile, ended: Promise<string>, stop: AbortSignal): Promise<void> {
  const probe = probes[service.probe?.kind ?? '']
  if (!service.probe || !probe) throw new Error(`${service.name}: compose.yaml names no known probe`)
  const { kind, target, deadlineMs } = service.probe
  let how: string | undefined
  void ended.then((end) => (how = end))
  const awaited = `${service.name} to be ready (${kind} ${target})`
  const endHopeless = limitWatch(service, process)
  await until({ code: 'SERVICE_NOT_READY', awaited, timeoutMs: deadlineMs, hint: `task logs -- ${service.name}`, details: () => lastLines(service, process) }, async () => {
    // it may be gone a moment before it is said how; of one that an earlier command started nobody says it
    if (how !== undefined || !isAlive(process)) throw died(service, how ?? (await Promise.race([ended, sleep(500, 'it is gone')])), process)
    const seen = stop.aborted || (await probe(env, target, process.pid).then(() => true as const, messageOf))
    if (seen !== true) endHopeless()
    return seen
  })
}

/** A JVM that has run for this long has loaded the classes it needs, so its archive is worth keeping. */
const trainingMs = 15_000

/** Stops what runs and belongs to a profile that is switched off; data stays. */
export async function stopSwitchedOff(env: Environment, all: Service[]): Promise<void> {
  const off = all.filter((service) => !env.profiles.includes(service.profile) && processOf(env, service))
  await stop(env, all, off, 'profile switched off, stopping ')
}

/**
 * Stops services in reverse order of dependency, those of the same rank together: TERM, grace, KILL.
 *
 * @returns the names of those that ran
 */
export async function down(env: Environment, services: Service[]): Promise<string[]> {
  const lost = withOrphans(env, services)
  const running = services.filter((service) => processOf(env, service) || lost.includes(service))
  if (running.length === 0) say('nothing runs')
  if (lost.length > 0) warn(`no pid file names ${lost.map(({ name }) => name).join(', ')}: found by what their environment says`)
  await stop(env, services, running)
  return running.map(({ name }) => name)
}

function withOrphans(env: Environment, services: Service[]): Service[] {
  const names = orphans(env).map(({ service }) => service)
  return services.filter(({ name }) => names.includes(name))
}

/** Stops some of the services, each after all that need it, for one that can't say farewell waits until it is killed. */
async function stop(env: Environment, services: Service[], some: Service[], why = ''): Promise<void> {
  let rest = some
  while (rest.length > 0) {
    const needed = new Set(rest.flatMap(({ dependsOn }) => dependsOn.map(({ service }) => service)).flatMap((name) => [name, ...transitive(services, name)]))
    const last = rest.filter(({ name }) => !needed.has(name))
    await step(`${why}${last.map(({ name }) => name).join(', ')}`, async () => {
      const outcomes = await Promise.all(last.map((service) => stopOne(env, service)))
      const killed = last.filter((_, index) => outcomes[index] === 'killed').map(({ name }) => name)
      return killed.length > 0 ? `stopped (killed after its grace period: ${killed.join(', ')})` : 'stopped'
    })
    rest = rest.filter((service) => !last.includes(service))
  }
}

async function stopOne(env: Environment, service: Service): Promise<'stopped' | 'killed'> {
  const running = processOf(env, service)
  const all = [...(running ? [running] : []), ...orphans(env).filter((each) => each.service === service.name).map(({ process }) => process)]
  const outcomes = await Promise.all(all.map((each) => stopProcess(each, service.graceMs, service.stopSignal)))
  const outcome = outcomes.includes('killed') ? 'killed' : 'stopped'
  forget(pidFile(env, service))
  removeTemporary(env, service.name)
  if (service.cds && outcome === 'stopped' && running && uptimeMs(running) > trainingMs) keepArchive(env, service.cds)
  return outcome
}

const uptimeMs = ({ startedAt }: PidFile) => Date.now() - Date.parse(startedAt)

function transitive(services: Service[], name: string): string[] {
  const direct = services.find((service) => service.name === name)?.dependsOn.map(({ service }) => service) ?? []
  return direct.flatMap((other) => [other, ...transitive(services, other)])
}
