import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const scratch = mkdtempSync(join(tmpdir(), 'vygodno-interruption-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const root = join(import.meta.dirname, '..', '..')

/** Runs the fixture, which puts something back at the end, and sends it signals as soon as it waits. */
async function interrupt(name: string, ms: number, send: (kill: (signal: NodeJS.Signals) => void) => Promise<void> | void) {
  const file = join(scratch, name)
  const child = spawn(process.execPath, ['--import', 'tsx', 'tests/fixtures/interrupted.ts', file, String(ms)], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  await once(child.stdout, 'data')
  const began = performance.now()
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  await send((signal) => child.kill(signal))
  const code = await ended
  return { code, stderr, ms: performance.now() - began, isPutBack: existsSync(file) && readFileSync(file, 'utf8') === 'put back' }
}

test('each signal ends the waiting, lets finally run and has its exit code', async () => {
  const outcomes = await Promise.all((['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map(async (signal) => ({ signal, ...(await interrupt(signal, 0, (kill) => kill(signal))) })))
  for (const { signal, code, stderr, isPutBack } of outcomes) {
    assert.equal(code, { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal], stderr)
    assert.ok(isPutBack, stderr)
    assert.match(stderr, new RegExp(`✗ inner .*s\\n! one moment, until all is as it was; Ctrl-C again ends at once\\n✗ outer .*s\\n✗ interrupted \\(${signal}\\) \\[INTERRUPTED\\]\\n {2}→ this is what to do\\n$`))
  }
})

test('a terminal that closes tells twice, and what is put back is put back all the same', async () => {
  const { code, isPutBack } = await interrupt('twice', 4_000, async (kill) => {
    kill('SIGHUP')
    await new Promise((resolve) => setTimeout(resolve, 500))
    kill('SIGHUP')
  })
  assert.deepEqual([code, isPutBack], [129, true])
})

test('a second Ctrl-C ends at once and says what is left to do', async () => {
  const { code, stderr, ms, isPutBack } = await interrupt('left', 60_000, async (kill) => {
    kill('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 800))
    kill('SIGINT')
  })
  assert.deepEqual([code, isPutBack], [130, false])
  assert.ok(ms < 10_000, `${ms} ms`)
  assert.match(stderr, /! ended at once\n! not so: all is as it was; task up\n$/)
})
