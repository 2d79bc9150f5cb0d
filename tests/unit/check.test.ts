import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { issue } from '../../tasks/lib/certificates.ts'
import { acl } from '../../tasks/lib/checks/acl.ts'
import { prove, type Result } from '../../tasks/lib/checks/check.ts'
import { judgeCriteria, provingGroups } from '../../tasks/lib/checks/criteria.ts'
import { isLoopback, listeningAddresses } from '../../tasks/lib/checks/listeners.ts'
import { matrices } from '../../tasks/lib/checks/matrix.ts'
import { selectGroups } from '../../tasks/lib/checks/run.ts'
import { tls } from '../../tasks/lib/checks/tls.ts'
import { Reader, Writer } from '../../tasks/lib/checks/wire.ts'
import { loadServices } from '../../tasks/lib/compose.ts'
import { loadConfig } from '../../tasks/lib/config.ts'

const stack = mkdtempSync(join(tmpdir(), 'vygodno-check-'))
after(() => rmSync(stack, { recursive: true }))
const result = (group: string, ok: boolean, name = 'x'): Result => ({ group, name, expected: '', seen: '', ok, ms: 1 })

test('silence, an exception and anything but what was expected fail; only the expected passes', async () => {
  const results = await prove('g', [
    { name: 'same', expected: 'yes', look: async () => 'yes' },
    { name: 'other', expected: 'yes', look: async () => 'yes!' },
    { name: 'thrown', expected: 'refused', look: () => Promise.reject(new Error('refused')) },
    { name: 'silent', expected: 'yes', timeoutMs: 20, look: () => new Promise(() => {}) },
  ])
  assert.deepEqual(results.map(({ ok, seen }) => [ok, seen]), [[true, 'yes'], [false, 'yes!'], [false, 'refused'], [false, 'no answer within 0.02 s']])
})

test('a platform that is down proves nothing: no denial passes for want of an answer', async () => {
  const env = loadEnvironment({ VYGODNO_STACK: stack, VYGODNO_HOST: '127.0.0.99' })
  const config = loadConfig(env)
  const { servers, clients } = config.principals
  for (const [isServer, entries] of [[true, servers], [false, clients]] as const)
    for (const [name, { authority }] of Object.entries(entries)) await issue(env, { name, authority, isServer })
  const subject = { env, config, services: loadServices(env) }
  for (const group of [tls, acl]) {
    const results = await group.run(subject)
    const passed = results.filter(({ ok, name }) => ok && !name.startsWith('a client meets a server'))
    assert.ok(results.length > 50)
    assert.deepEqual(passed, [])
  }
})

test('a criterion is proven by all checks of all of its groups, and by nothing less', () => {
  const all = provingGroups.map((group) => result(group, true))
  assert.deepEqual(judgeCriteria(all, []).filter(({ ok }) => !ok), [])
  const without = (group: string) => judgeCriteria(all.filter((each) => each.group !== group), []).filter(({ ok }) => !ok)
  const failing = (group: string) => judgeCriteria([...all, result(group, false)], []).filter(({ ok }) => !ok)
  for (const group of provingGroups) {
    assert.ok(without(group).length > 0, group)
    assert.deepEqual(without(group).map(({ name }) => name), failing(group).map(({ name }) => name))
  }
  assert.deepEqual(selectGroups(['criteria']).groups.map(({ name }) => name).filter((name) => !provingGroups.includes(name)), [])
})

test('the matrix shows each cell by letters and marks the one that is not as declared', () => {
  const cell = (name: string, expected: string, seen: string): Result => ({ group: 'acl', name, expected, seen, ok: expected === seen, ms: 0 })
  const [matrix] = matrices([cell('primary: shop-api on topic a', 'WRITE DESCRIBE', 'WRITE DESCRIBE'), cell('primary: shop-api on topic b', 'nothing', 'READ'), cell('PostgreSQL: connect', 'a', 'a')])
  assert.deepEqual(matrix, { cluster: 'primary', principals: ['shop-api'], rows: [{ resource: 'topic a', cells: ['Wd'] }, { resource: 'topic b', cells: ['!R'] }] })
})

test('what listens beyond loopback is seen', async (t) => {
  const servers = await Promise.all(['0.0.0.0', '127.0.0.98', '::1'].map((host) => new Promise<ReturnType<typeof createServer>>((resolve) => {
    const server = createServer()
    server.listen(0, host, () => resolve(server))
  })))
  t.after(() => servers.forEach((server) => server.close()))
  const seen = listeningAddresses([process.pid])
  assert.equal(seen.length, 3)
  assert.deepEqual(seen.filter((address) => !isLoopback(address)).map((address) => address.split(':')[0]), ['0.0.0.0'])
})

test('the wire format is read back as it was written', () => {
  const bytes = new Writer().int16(-3).int32(70_000).string('тема').string(null).array(['a', 'бв'], (writer, item) => writer.string(item)).bytes(Buffer.from('xyz')).int16(9).toBuffer()
  const reader = new Reader(bytes)
  assert.deepEqual([reader.int16(), reader.int32(), reader.string(), reader.string(), reader.array(() => reader.string())], [-3, 70_000, 'тема', '', ['a', 'бв']])
  assert.equal(reader.bytes().int16(), 9)
})
