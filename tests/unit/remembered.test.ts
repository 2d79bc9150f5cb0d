import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment, rememberSettings } from '../../clients/environment.ts'

const stack = mkdtempSync(join(tmpdir(), 'vygodno-remembered-'))
after(() => rmSync(stack, { recursive: true, force: true }))
const file = join(stack, 'settings.json')
const given = (settings: Record<string, string> = {}) => loadEnvironment({ VYGODNO_STACK: stack, ...settings })
const seen = ({ host, profiles, variables }: ReturnType<typeof given>) => [host, profiles.join(','), variables.KAFKA_1_PORT]

test('a stack remembers what it was started with; another shell finds it there, and may say otherwise', () => {
  const declared = seen(given())
  rememberSettings(given({ VYGODNO_HOST: '127.0.7.1', COMPOSE_PROFILES: 'core', KAFKA_1_PORT: '29091' }))
  assert.deepEqual(seen(given()), ['127.0.7.1', 'core', '29091'])
  assert.deepEqual(given().kafka.brokers[0], '127.0.7.1:29091')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  // what is said now counts, and is remembered when it is used to start
  assert.deepEqual(seen(given({ COMPOSE_PROFILES: 'core,monitoring' })), ['127.0.7.1', 'core,monitoring', '29091'])
  assert.deepEqual(seen(given()), ['127.0.7.1', 'core', '29091'])
  rememberSettings(given({ VYGODNO_HOST: declared[0] ?? '', COMPOSE_PROFILES: declared[1] ?? '', KAFKA_1_PORT: declared[2] ?? '' }))
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), {})
  assert.deepEqual(seen(given()), declared)
})

test('only what compose/.env names is remembered, never the folder itself', () => {
  rememberSettings(given({ VYGODNO_HOST: '127.0.7.1', PATH: '/tmp', SECRET: 'x' }))
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { VYGODNO_HOST: '127.0.7.1' })
})

test('a damaged file is named, with the way out', () => {
  for (const text of ['', '[]', '{"VYGODNO_HOST":5}', '{"x y":"z"}']) {
    writeFileSync(file, text)
    assert.throws(() => given(), { code: 'CONFIG_INVALID', message: new RegExp(`^${file}: expected names and values`) })
  }
})
