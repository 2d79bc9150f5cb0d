import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { loadServices, type Service } from '../../tasks/lib/compose.ts'
import { requireCapacity } from '../../tasks/lib/preflight.ts'
import { startTicks } from '../../tasks/lib/processes.ts'
import { down, isOutdated, processOf, up } from '../../tasks/lib/stack.ts'

const root = mkdtempSync(join(tmpdir(), 'vygodno-stack-'))
let stackNumber = 0
let env = loadEnvironment()
let all: Service[] = []
const pick = (...names: string[]) => all.filter(({ name }) => names.includes(name))
const named = (name: string) => pick(name)[0] ?? assert.fail(`${name} is not in the fixture`)

beforeEach(() => {
  env = loadEnvironment({ VYGODNO_STACK: join(root, `стек с пробелом ${++stackNumber}`), VYGODNO_HOST: '127.0.0.1' })
  all = loadServices(env, join(env.root, 'tests/fixtures/supervision/compose.yaml'))
})
afterEach(() => down(env, all))
after(() => rmSync(root, { recursive: true, force: true }))

const file = (service: Service, name: string) => readFileSync(join(service.folders.data, name), 'utf8')

test('up starts in order of dependency, up again changes nothing, down stops all', async () => {
  const services = pick('echo', 'prepare', 'stubborn')
  await up(env, services)
  const [first, second] = [processOf(env, named('echo')), processOf(env, named('stubborn'))]
  assert.ok(first && second)
  assert.match(readFileSync(named('prepare').folders.log, 'utf8'), /prepared/)

  await up(env, services)
  assert.equal(processOf(env, named('echo'))?.pid, first.pid)
  assert.equal(file(named('echo'), 'initialised.txt'), 'once;')

  await down(env, services)
  assert.equal(startTicks(first.pid), undefined)
  assert.equal(startTicks(second.pid), undefined, 'a process that ignores TERM is killed after its grace period')
  await down(env, services)
})

test('a taken port is named with its holder before anything starts', async (t) => {
  const holder = createServer()
  await new Promise<void>((resolve) => holder.listen(25591, '127.0.0.1', resolve))
  t.after(() => holder.close())
  await assert.rejects(up(env, pick('echo', 'prepare', 'stubborn')), (error: Error & { code?: string; exitCode?: number }) => {
    assert.equal(error.code, 'PORT_TAKEN')
    assert.equal(error.exitCode, 3)
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:25591 for echo is held by pid ${process.pid} \\(`))
    return true
  })
  assert.equal(processOf(env, named('echo')), undefined)
})

test('a process that dies while awaited ends the waiting at once, with its last words', async () => {
  const started = performance.now()
  await assert.rejects(up(env, pick('dying')), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'SERVICE_DIED')
    assert.match(error.message, /exit code 7/)
    assert.match(error.message, /the last words/)
    assert.match(error.message, /logs\/dying\.log/)
    return true
  })
  assert.ok(performance.now() - started < 20_000, 'the deadline of 60 s was not waited for')
})

test('a service that an interrupted up has left starting is awaited before what depends on it', async () => {
  await up(env, pick('echo'))
  const ready = join(named('echo').folders.data, 'ready')
  const pid = readFileSync(ready)
  rmSync(ready)
  const becomesReady = setTimeout(() => writeFileSync(ready, pid), 500)
  await up(env, pick('echo', 'prepare', 'stubborn')).finally(() => clearTimeout(becomesReady))
  assert.match(readFileSync(named('prepare').folders.log, 'utf8'), /prepared/)
})

test('a stale pid file is not trusted: its pid belongs to another process now', async () => {
  mkdirSync(join(env.stack, 'run'), { recursive: true })
  const stale = { pid: process.pid, startTicks: '1', fingerprint: '', startedAt: new Date().toISOString() }
  writeFileSync(join(env.stack, 'run', 'echo.pid'), JSON.stringify(stale))
  assert.equal(processOf(env, named('echo')), undefined)
  await up(env, pick('echo'))
  assert.notEqual(processOf(env, named('echo'))?.pid, process.pid)
})

test('an interrupted initialisation is begun again on an empty folder', async () => {
  const echo = named('echo')
  mkdirSync(echo.folders.data, { recursive: true })
  writeFileSync(join(echo.folders.data, 'initialised.txt'), 'half;')
  await up(env, pick('echo'))
  assert.equal(file(echo, 'initialised.txt'), 'once;')
})

test('an initialisation that ends because another service has died does not count as done', async () => {
  await assert.rejects(up(env, pick('slow', 'dying')), { code: 'SERVICE_DIED' })
  assert.equal(existsSync(`${named('slow').folders.data}.initialised`), false)
  assert.equal(processOf(env, named('slow')), undefined, 'it must not start')
})

test('a service whose declaration has changed is restarted', async () => {
  const echo = named('echo')
  await up(env, [echo])
  const before = processOf(env, echo)
  const changed = { ...echo, environment: { ...echo.environment, NEW: 'yes' } }
  assert.ok(before && isOutdated(env, changed, before) && !isOutdated(env, echo, before))
  await up(env, [changed])
  assert.notEqual(processOf(env, changed)?.pid, before.pid)
})

test('of services whose declaration has changed, those that need others are stopped first', async () => {
  const services = pick('echo', 'prepare', 'stubborn')
  await up(env, services)
  const [needed, needing] = [processOf(env, named('echo')), processOf(env, named('stubborn'))]
  assert.ok(needed && needing)
  const again = up(env, services.map((service) => ({ ...service, environment: { ...service.environment, NEW: 'yes' } })))
  while (startTicks(needed.pid) === needed.startTicks) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.notEqual(startTicks(needing.pid), needing.startTicks, 'it ignores TERM, so it lives for its grace period')
  await again
})

test('too little memory or disk is refused with numbers', async () => {
  const none = () => 10
  const plenty = () => 1e6
  await assert.rejects(requireCapacity(env, pick('echo'), { memoryMib: none, diskMib: plenty }), { code: 'NOT_ENOUGH_MEMORY', message: /expected 64 MiB .* got 10 MiB/ })
  await assert.rejects(requireCapacity(env, pick('echo'), { memoryMib: plenty, diskMib: none }), { code: 'NOT_ENOUGH_DISK', message: /expected 1024 MiB .* got 10 MiB/ })
  await requireCapacity(env, pick('echo'), { memoryMib: plenty, diskMib: plenty })
})

test('with too little memory for all, the groups of services that fit are named', async () => {
  const services = loadServices(env)
  const core = services.filter(({ profile }) => profile === 'core').reduce((sum, { memoryMib }) => sum + memoryMib, 0)
  const capacity = (memoryMib: number) => ({ memoryMib: () => memoryMib, diskMib: () => 1e6 })
  await assert.rejects(requireCapacity(env, services, capacity(core)), { code: 'NOT_ENOUGH_MEMORY', hint: `end other programs, or do with less: COMPOSE_PROFILES=core task up (${core} MiB)` })
  await assert.rejects(requireCapacity(env, services, capacity(core - 1)), { hint: 'end other programs, then task up' })
})
