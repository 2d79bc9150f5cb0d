import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { redact } from '../../clients/terminal.ts'

const { root } = loadEnvironment({})

/** What a secret looks like in a file that should hold none. */
const shapes = {
  'a private key': /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*\n[A-Za-z0-9+/=]{40}/,
  'a Telegram bot token': /\b\d{8,10}:[A-Za-z0-9_-]{35}\b/,
  'an AWS key': /\bAKIA[0-9A-Z]{16}\b/,
  'a token of a code host': /\b(?:gh[pousr]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20})\b/,
  'a password in an address': /\b[a-z][a-z0-9+]*:\/\/[^\s/:@'"`$]+:[^\s/@'"`$]{3,}@/,
}
// put together here, so that no line of this file looks like a secret
const key = ['-----BEGIN PRIVATE', `KEY-----\n${'Ab'.repeat(32)}\n-----END PRIVATE`, 'KEY-----'].join(' ')
const examples = { 'a private key': key, 'a Telegram bot token': `123456789:${'Ab'.repeat(17)}c`, 'an AWS key': `AKIA${'A1'.repeat(8)}`, 'a token of a code host': `ghp_${'a1'.repeat(18)}`, 'a password in an address': 'postgres:' + '//user:hunter2@host/db' }

test('the scan knows a secret when it sees one', () => {
  for (const [name, shape] of Object.entries(shapes)) assert.match(examples[name as keyof typeof examples], shape, name)
})

const own = 'tests/unit/secrets.test.ts'

test('no file that git tracks holds a secret', () => {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' }).split('\0').filter((file) => file && file !== own && statSync(join(root, file), { throwIfNoEntry: false })?.isFile())
  assert.ok(files.length > 100)
  const found = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'latin1')
    return Object.entries(shapes).filter(([, shape]) => shape.test(text)).map(([name]) => `${file}: ${name}`)
  })
  assert.deepEqual(found, [])
})

test('no commit ever held a secret', () => {
  // the same file again in another commit is looked at once; only lines that were added, the scan's own examples aside
  const log = execFileSync('git', ['log', '--all', '-p', '--unified=0', '--no-color', '--no-textconv', '--format=%x00%h', '--', '.', `:!${own}`], { cwd: root, encoding: 'latin1', maxBuffer: 2 ** 30 })
  const commits = log.split('\0').slice(1)
  assert.ok(commits.length > 0)
  const added = (patch: string) => patch.split('\n').filter((line) => line.startsWith('+')).map((line) => line.slice(1)).join('\n')
  const found = commits.flatMap((patch) => Object.entries(shapes).filter(([, shape]) => shape.test(added(patch))).map(([name]) => `${patch.split('\n')[0]}: ${name}`))
  assert.deepEqual(found, [])
})

test('what a command says about an error is without keys, tokens and passwords', () => {
  for (const secret of Object.values(examples)) {
    const shown = redact(`before ${secret} after`)
    assert.ok(shown.startsWith('before ') && shown.endsWith(' after'))
    assert.ok(!shown.includes(secret.split('\n').at(secret.includes('\n') ? 1 : 0) ?? ''), shown)
  }
  assert.equal(redact('ssl.keystore.password=hunter2, topic=shop.products'), 'ssl.keystore.password=[hidden], topic=shop.products')
  const plain = 'expected kafka-1:19091 at 127.0.0.1:19091, got «чайник» (12:30:45)'
  assert.equal(redact(plain), plain)
})
