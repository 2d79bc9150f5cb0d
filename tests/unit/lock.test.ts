import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { lockStack, whoChanges } from '../../tasks/lib/lock.ts'

const root = mkdtempSync(join(tmpdir(), 'vygodno-lock-'))
const holder = join(import.meta.dirname, '..', 'fixtures', 'holder.ts')
const command = [process.execPath, '--import', import.meta.resolve('tsx'), holder]
let [env, number] = [loadEnvironment(), 0]
const children: ChildProcess[] = []

beforeEach(() => {
  env = loadEnvironment({ VYGODNO_STACK: join(root, `стек ${++number}`), VYGODNO_HOST: '127.0.0.1' })
})
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')))
after(() => rmSync(root, { recursive: true }))

async function holding(stack = env.stack): Promise<ChildProcess> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { env: { ...process.env, VYGODNO_STACK: stack }, stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  await once(child.stdout, 'data')
  return child
}

test('who finds the lock taken waits, then is told who has it: pid, command and since when', async () => {
  const { pid } = await holding()
  const who = new RegExp(`holder\\.ts \\(pid ${pid}, since \\d\\d:\\d\\d:\\d\\d UTC\\)`)
  assert.match(whoChanges(env) ?? '', who)
  const started = performance.now()
  await assert.rejects(lockStack(env, 300), (error: Error & { code?: string; hint?: string }) => {
    assert.equal(error.code, 'STACK_BUSY')
    assert.match(error.message, who)
    assert.match(error.hint ?? '', new RegExp(`kill ${pid};`))
    return true
  })
  assert.ok(performance.now() - started >= 300)
})

test('the lock of a holder that is killed is free at once, for one of those who wait', async () => {
  const child = await holding()
  const waiting = Promise.allSettled([lockStack(env, 5_000)])
  child.kill('SIGKILL')
  const [mine] = await waiting
  assert.equal(mine.status, 'fulfilled')
  assert.match(whoChanges(env) ?? '', new RegExp(`pid ${process.pid},`))
  if (mine.status === 'fulfilled') mine.value()
  assert.equal(whoChanges(env), undefined)
})

test('what the holder has started may change the stack with it; whom it has not, may not', () => {
  const outcome = (args: string[]) => execFileSync(args[0] ?? '', args.slice(1), { env: { ...process.env, VYGODNO_STACK: env.stack }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  assert.equal(outcome([...command, 'sh', '-c', `"$0" "$@" true`, ...command]), 'held\nheld\n')
})

test('two stacks do not wait for each other, two names of one folder do', async () => {
  await holding(join(root, 'another'))
  const release = await lockStack(env, 0)
  symlinkSync(root, `${root}-link`)
  try {
    assert.match(whoChanges({ ...env, stack: join(`${root}-link`, `стек ${number}`) }) ?? '', /pid/)
  } finally {
    rmSync(`${root}-link`)
    release()
  }
})
