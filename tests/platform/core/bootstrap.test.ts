import assert from 'node:assert/strict'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { certificateFiles } from '../../../clients/environment.ts'
import { openAuthority } from '../../../tasks/lib/authorities.ts'
import { sign } from '../../../tasks/lib/signing.ts'
import { env, run, shop, succeed } from '../platform.ts'

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
  assert.match(interrupted.stderr, /interrupted \(SIGINT\) \[INTERRUPTED\]\n {2}→ the same command goes on from here; task down stops what was started/)

  assert.match(await succeed('bootstrap'), /changes: /)
  assert.equal((await succeed('bootstrap')).trim(), '0 changes')
})

test('every service is ready, and its secrets are readable by the owner only', async () => {
  const rows = JSON.parse(await succeed('status', ['--json']))
  assert.deepEqual(rows.map(({ state }: { state: string }) => state), rows.map(() => 'ready'))
  assert.ok(rows.length >= 6)
  const folder = join(env.stack, 'certs')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const open = names.filter((name) => (statSync(join(folder, name)).mode & 0o077) !== 0)
  assert.deepEqual(open, [])
  assert.ok(names.length > 30)
})

test('what a command refuses, it refuses before touching anything, with exit code 2 and a hint', async () => {
  for (const [command, args, code] of [
    ['plan', ['topcs'], 'UNKNOWN_KIND'],
    ['logs', ['kafka-9'], 'UNKNOWN_SERVICE'],
    ['banned', ['add'], 'BAN_TARGET'],
    ['banned', ['add', '1', '--brand', 'x'], 'BAN_TARGET'],
    ['banned', ['add', '11009 '], 'BAN_REFUSED'],
    ['banned', ['remove', '11009\u200b'], 'BAN_REFUSED'],
    ['banned', ['add', '--words', '…'], 'BAN_REFUSED'],
    ['banned', ['add', '--brand', 'я'.repeat(520)], 'BAN_REFUSED'],
    ['banned', ['add', '1', '--reason', 'a\u001b[31m'], 'BAN_REFUSED'],
    ['banned', ['remove', '1', '--rule', 'id:1'], 'BAN_TARGET'],
    ['banned', ['remove', '--rule', 'seed:bans'], 'BAN_TARGET'],
    ['banned', ['test', 'нет такого файла.json'], 'FILE_MISSING'],
    ['plan', ['--nonsense'], 'USAGE'],
  ] as const) {
    const { code: exit, stderr, stdout } = await run(command, [...args])
    assert.equal(exit, 2, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, new RegExp(`\\[${code}\\]\\n  → `))
  }
})

/** The services that up has started, of all that it says run. */
const started = (json: string) => (JSON.parse(json) as { service: string; pid: number; started: boolean }[]).filter((each) => each.started).map(({ service }) => service)

test('expired certificates are renewed by up, with a warning, and what runs takes the new ones', async () => {
  const authority = await openAuthority(env, 'platform')
  for (const name of ['shop-api', 'product-filter']) {
    const { key, cert } = await sign(authority, { name, fromDays: -30, toDays: -1 })
    const files = certificateFiles(env, name)
    for (const [file, content] of [[files.key, key], [files.cert, cert], [files.bundle, `${key}${cert}${authority.cert}`]] as const) writeFileSync(file, content, { mode: 0o600 })
  }
  const { code, stdout, stderr } = await run('up', ['--json'])
  assert.equal(code, 0, stderr)
  assert.ok(started(stdout).includes('product-filter'), stdout)
  for (const name of ['shop-api', 'product-filter']) assert.match(stderr, new RegExp(`the certificate of ${name} is renewed: it expired 1\\.0 days ago`))
  assert.match(stderr, /declaration changed, stopping product-filter/)
  const again = await run('up', ['--json', '--quiet'])
  assert.deepEqual([again.code, started(again.stdout), again.stderr], [0, [], ''])
  assert.equal((await succeed('plan')).trim(), '0 changes')
  await succeed('status')
  await succeed(shop, ['send', 'data/products.json'])
})
