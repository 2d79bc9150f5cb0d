import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { loadServices, type Service } from '../../tasks/lib/compose.ts'
import { lockStack, whoChanges } from '../../tasks/lib/lock.ts'
import { orphans } from '../../tasks/lib/orphans.ts'
import { startTicks } from '../../tasks/lib/proc.ts'
import { startDetached, writePidFile } from '../../tasks/lib/processes.ts'
import { hasLostLog, lastLines } from '../../tasks/lib/service-log.ts'
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

test('a service whose log was deleted under it is started again, for nobody could read what it says', async () => {
  await up(env, pick('echo'))
  const first = processOf(env, named('echo'))
  assert.ok(first && !hasLostLog(named('echo'), first))
  rmSync(named('echo').folders.log)
  assert.ok(hasLostLog(named('echo'), first))
  await up(env, pick('echo'))
  const second = processOf(env, named('echo'))
  assert.ok(second && second.pid !== first.pid && !hasLostLog(named('echo'), second))
  assert.ok(existsSync(named('echo').folders.log))
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

test('a process that lives but says which limit keeps it from being ready is not awaited for its whole time', async () => {
  const started = performance.now()
  await assert.rejects(up(env, pick('starving')), (error: Error & { code?: string; hint?: string }) => {
    assert.equal(error.code, 'SERVICE_STARVED')
    assert.match(error.message, /expected starving to be ready, it ran into a limit\n {2}it may open no more files: ulimit -n\n {2}\| begins\n {2}\| .*Too many open files/)
    assert.equal(error.hint, 'task logs -- starving')
    return true
  })
  assert.ok(performance.now() - started < 30_000, 'the deadline of 60 s was not waited for')
})

test('what a service has said in an earlier start is not held against it', async () => {
  const { log } = named('dying').folders
  mkdirSync(join(log, '..'), { recursive: true })
  writeFileSync(log, 'java.net.SocketException: Too many open files\n')
  await assert.rejects(up(env, pick('dying')), (error: Error) => {
    assert.match(error.message, /the last words/)
    assert.doesNotMatch(error.message, /Too many open files|ulimit/)
    return true
  })
  // a log that has been rolled since is all of this start
  const rolled = { pid: 1, startTicks: '', fingerprint: '', startedAt: '', logFrom: 1e9 }
  assert.match(lastLines(named('dying'), rolled), /ulimit -n/)
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

test('what no pid file names any more is found: up replaces it, down stops it', async () => {
  const services = pick('echo', 'prepare', 'stubborn')
  await up(env, services)
  const before = pick('echo', 'stubborn').map((service) => processOf(env, service) ?? assert.fail('it runs'))
  rmSync(join(env.stack, 'run'), { recursive: true })
  assert.deepEqual(orphans(env).map(({ service, process }) => [service, process.pid, process.startTicks]), [['echo', before[0]?.pid, before[0]?.startTicks], ['stubborn', before[1]?.pid, before[1]?.startTicks]])
  await up(env, services)
  for (const { pid } of before) assert.equal(startTicks(pid), undefined)
  assert.deepEqual(orphans(env), [])

  const again = pick('echo', 'stubborn').map((service) => processOf(env, service) ?? assert.fail('it runs again'))
  rmSync(env.stack, { recursive: true })
  await down(env, services)
  for (const { pid } of again) assert.equal(startTicks(pid), undefined)
})

test('of an up that is killed half-way nothing stays behind a down', async () => {
  const options = { env: { ...process.env, VYGODNO_STACK: env.stack, VYGODNO_HOST: env.host }, stdio: 'ignore' } as const
  const killed = spawn(process.execPath, ['--import', 'tsx', 'tests/fixtures/supervision/up.ts', 'echo', 'slow', 'prepare', 'stubborn'], { ...options, cwd: env.root })
  while (orphans(env).every(({ service }) => service !== 'slow') || !processOf(env, named('echo'))) await new Promise((resolve) => setTimeout(resolve, 5))
  killed.kill('SIGKILL')
  const release = await lockStack(env)
  const left = [processOf(env, named('echo'))?.pid, ...orphans(env).map(({ process }) => process.pid)]
  assert.ok(left.length >= 2)
  await down(env, all)
  release()
  for (const pid of left) assert.equal(startTicks(pid ?? 0), undefined)
  assert.deepEqual(orphans(env), [])
})

test('a program that only initialises is found, too', async () => {
  const starting = up(env, pick('slow')).catch(() => {})
  while (orphans(env).length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.deepEqual(orphans(env).map(({ service }) => service), ['slow'])
  await down(env, pick('slow'))
  await starting
  assert.equal(existsSync(`${named('slow').folders.data}.initialised`), false)
})

test("a port that a service of another stack holds is named as such, with the command that ends it", async () => {
  const other = { ...env, stack: join(root, "it's another stack") }
  const there = loadServices(other, join(env.root, 'tests/fixtures/supervision/compose.yaml'))
  await up(other, there.filter(({ name }) => name === 'echo'))
  try {
    await assert.rejects(up(env, pick('echo')), (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, 'PORT_TAKEN')
      assert.ok(error.message.includes(`(node), which is echo of the stack ${other.stack}`), error.message)
      assert.ok(error.hint?.startsWith(`VYGODNO_STACK='${join(root, String.raw`it'\''s another stack`)}' task down`), error.hint)
      return true
    })
    assert.deepEqual(orphans(env), [])
  } finally {
    await down(other, there)
  }
})

test('a pid file is not overwritten while its process lives', async () => {
  await up(env, pick('echo'))
  const file = join(env.stack, 'run', 'echo.pid')
  const running = processOf(env, named('echo')) ?? assert.fail('it runs')
  const options = { cwd: root, env: {}, log: join(root, 'log'), pidFile: file }
  assert.throws(() => startDetached(['sleep', '1'], options), new RegExp(`names pid ${running.pid}, which lives`))
  assert.throws(() => writePidFile(file, { ...running, pid: process.pid }), /is not overwritten/)
  writePidFile(file, { ...running, fingerprint: 'newer' })
  assert.equal(processOf(env, named('echo'))?.fingerprint, 'newer')
})

test('a service does not inherit the lock of the command that starts it', async () => {
  const release = await lockStack(env)
  await up(env, pick('echo'))
  release()
  assert.equal(whoChanges(env), undefined)
  assert.ok(processOf(env, named('echo')))
})
