import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { env, run, succeed } from '../platform.ts'

test('bootstrap that was interrupted goes on when it is run again; run a third time it changes nothing', async () => {
  let killed = false
  const interrupted = await run('bootstrap', [], {
    onStderr: (text, kill) => {
      // postgres is up, brokers are starting
      if (killed || !text.includes('  postgres ')) return
      killed = true
      kill('SIGINT')
    },
  })
  assert.equal(interrupted.code, 130, interrupted.stderr)
  assert.match(interrupted.stderr, /interrupted \(SIGINT\): the same command goes on from here/)

  assert.match(await succeed('bootstrap'), /changes: /)
  assert.equal((await succeed('bootstrap')).trim(), '0 changes')
})

test('every service is ready, and its secrets are readable by the owner only', async () => {
  const rows = JSON.parse(await succeed('status', ['--json']))
  assert.deepEqual(rows.map(({ state }: { state: string }) => state), rows.map(() => 'ready'))
  assert.ok(rows.length >= 6)
  const folder = join(env.stack, 'certs')
  const open = readdirSync(folder).filter((name) => (statSync(join(folder, name)).mode & 0o077) !== 0)
  assert.deepEqual(open, [])
  assert.ok(readdirSync(folder).length > 30)
})

test('what a command refuses, it refuses before touching anything, with exit code 2 and a hint', async () => {
  for (const [command, args, code] of [
    ['plan', ['topcs'], 'UNKNOWN_KIND'],
    ['logs', ['kafka-9'], 'UNKNOWN_SERVICE'],
    ['banned', ['add'], 'BAN_TARGET'],
    ['banned', ['add', '1', '--brand', 'x'], 'BAN_TARGET'],
    ['banned', ['test', 'нет такого файла.json'], 'FILE_UNREADABLE'],
    ['plan', ['--nonsense'], 'USAGE'],
  ] as const) {
    const { code: exit, stderr, stdout } = await run(command, [...args])
    assert.equal(exit, 2, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, new RegExp(`\\[${code}\\]\\n  → `))
  }
})
