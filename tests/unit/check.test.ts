import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadEnvironment } from '../../clients/environment.ts'
import { issue } from '../../tasks/lib/certificates.ts'
import { acl } from '../../tasks/lib/checks/acl.ts'
import { type Outcome, prove, type Result, Unproven } from '../../tasks/lib/checks/check.ts'
import { judgeCriteria, provingGroups } from '../../tasks/lib/checks/criteria.ts'
import { isLoopback, listenersOf, listeningAddresses } from '../../tasks/lib/checks/listeners.ts'
import { matrices } from '../../tasks/lib/checks/matrix.ts'
import { runChecks, selectGroups } from '../../tasks/lib/checks/run.ts'
import { tls } from '../../tasks/lib/checks/tls.ts'
import { Reader, Writer } from '../../clients/wire.ts'
import { enabledServices, loadServices, type Service } from '../../tasks/lib/compose.ts'
import { loadConfig } from '../../tasks/lib/config.ts'

const stack = mkdtempSync(join(tmpdir(), 'vygodno-check-'))
after(() => rmSync(stack, { recursive: true }))
const result = (group: string, outcome: Outcome, name = 'x'): Result => ({ group, name, expected: '', seen: '', outcome, ms: 1, ...(outcome === 'open' ? { hint: `bring ${group}` } : {}) })
const not = (outcome: Outcome) => (each: Result) => each.outcome !== outcome

test('silence, an exception and anything but what was expected contradict; only the expected proves; what lacks evidence is open', async () => {
  const results = await prove('g', [
    { name: 'same', expected: 'yes', look: async () => 'yes' },
    { name: 'other', expected: 'yes', look: async () => 'yes!' },
    { name: 'thrown', expected: 'refused', look: () => Promise.reject(new Error('refused')) },
    { name: 'silent', expected: 'yes', timeoutMs: 20, look: () => new Promise(() => {}) },
    { name: 'nothing there', expected: 'yes', look: () => Promise.reject(new Unproven('empty', 'task fill')) },
  ])
  assert.deepEqual(results.map(({ outcome, seen }) => [outcome, seen]), [['proven', 'yes'], ['contradicted', 'yes!'], ['contradicted', 'refused'], ['contradicted', 'no answer within 0.02 s'], ['open', 'empty']])
  assert.equal(results.at(-1)?.hint, 'task fill')
})

test('a look that gets on may take longer than its limit, one that is silent may not', async () => {
  const shown: string[] = []
  const look = (steps: number) => async (alive: (text: string) => void) => {
    for (let done = 1; done <= steps; done++) {
      await sleep(60)
      alive(`${done}`)
    }
    await sleep(steps === 0 ? 300 : 1)
    return 'yes'
  }
  const results = await prove('g', [{ name: 'gets on', expected: 'yes', timeoutMs: 150, look: look(5) }, { name: 'is silent', expected: 'yes', timeoutMs: 150, look: look(0) }], { progress: (text) => void shown.push(text) })
  assert.deepEqual(results.map(({ outcome }) => outcome), ['proven', 'contradicted'])
  assert.deepEqual(shown, ['1', '2', '3', '4', '5'])
})

test('a platform that is down proves nothing, and says so in a line for each service and broker, not for each claim', async () => {
  const env = loadEnvironment({ VYGODNO_STACK: stack, VYGODNO_HOST: '127.0.0.99' })
  const config = loadConfig(env)
  const { servers, clients } = config.principals
  for (const [isServer, entries] of [[true, servers], [false, clients]] as const)
    for (const [name, { authority }] of Object.entries(entries)) await issue(env, { name, authority, isServer })
  const subject = { env, config, services: enabledServices(env), progress: () => {} }
  for (const [group, least] of [[tls, 10], [acl, 7]] as const) {
    const results = await group.run(subject)
    assert.deepEqual(results.filter(({ outcome, name }) => outcome === 'proven' && !name.startsWith('a client meets a server')), [])
    assert.ok(results.length >= least && results.length < 60, `${group.name}: ${results.length}`)
  }
})

test('without the key of a CA, what only a made-up certificate shows is open; nothing is made', async () => {
  const env = loadEnvironment({ VYGODNO_STACK: join(stack, 'keyless'), VYGODNO_HOST: '127.0.0.99' })
  await issue(env, { name: 'shop-api', authority: 'platform', isServer: false })
  const folder = join(env.stack, 'certs')
  rmSync(join(folder, 'authorities', 'ca.key'))
  const before = readdirSync(folder, { recursive: true })
  const results = await tls.run({ env, config: loadConfig(env), services: [], progress: () => {} })
  const [own, foreign] = [results.filter(({ name }) => !name.includes('foreign')), results.filter(({ name }) => name.includes('foreign'))]
  assert.deepEqual(own.map(({ outcome, hint }) => [outcome, hint]), own.map(() => ['open', 'put ca.key back, then task check -- tls']))
  assert.deepEqual([own.length, foreign.map(({ outcome }) => outcome)], [3, ['proven']])
  assert.deepEqual(readdirSync(folder, { recursive: true }), before)
})

test('a criterion is proven by all checks of all of its groups, contradicted by one, and else open', () => {
  const all = provingGroups.map((group) => result(group, 'proven'))
  assert.deepEqual(judgeCriteria(all).filter(not('proven')), [])
  for (const group of provingGroups) {
    const having = (...results: Result[]) => judgeCriteria([...all.filter((each) => each.group !== group), ...results]).filter(not('proven'))
    const [without, open, contradicted] = [having(), having(result(group, 'open')), having(result(group, 'proven'), result(group, 'open'), result(group, 'contradicted'))]
    assert.ok(without.length > 0, group)
    for (const other of [open, contradicted]) assert.deepEqual(other.map(({ name }) => name), without.map(({ name }) => name))
    assert.deepEqual(new Set([...without, ...open].map(({ outcome }) => outcome)), new Set(['open']))
    assert.deepEqual(new Set(contradicted.map(({ outcome }) => outcome)), new Set(['contradicted']))
    assert.deepEqual([without[0]?.hint, open[0]?.hint], [`task check -- ${group}`, `bring ${group}`])
  }
  assert.deepEqual(selectGroups(['criteria']).groups.map(({ name }) => name).filter((name) => !provingGroups.includes(name)), [])
})

test('a group whose profile is off is open as a whole, with the command that switches it on', async () => {
  const env = loadEnvironment({ VYGODNO_STACK: stack, VYGODNO_HOST: '127.0.0.99', COMPOSE_PROFILES: 'core' })
  const results = await runChecks({ env, config: loadConfig(env), services: enabledServices(env) }, selectGroups(['mirror']))
  assert.deepEqual(results.map(({ group, outcome, hint }) => [group, outcome, hint]), [['mirror', 'open', 'COMPOSE_PROFILES=core,analytics task up']])
})

test('every port of every service is tried, or declared to be plaintext; one of a kind that nobody knows fails', async () => {
  const env = loadEnvironment({ VYGODNO_STACK: stack, VYGODNO_HOST: '127.0.0.99' })
  const services = loadServices(env)
  const names = ({ tls: secured, plaintext, unknown }: ReturnType<typeof listenersOf>) => [...secured, ...plaintext, ...unknown].map(({ name }) => name).sort()
  assert.deepEqual(names(listenersOf(services)), services.flatMap(({ name, ports }) => ports.map(({ port }) => `${name}:${port}`)).sort())
  assert.deepEqual(listenersOf(services).unknown, [])
  assert.ok(listenersOf(services).tls.some(({ service }) => service === 'grafana'))

  const postgres = services.find(({ name }) => name === 'postgres') ?? assert.fail('there is a database')
  const { probe: _, ...unprobed } = postgres
  const newcomers: Service[] = [{ ...postgres, name: 'newcomer', probe: { kind: 'gopher', target: '', deadlineMs: 1 } }, { ...unprobed, name: 'silent' }]
  const results = await tls.run({ env, config: loadConfig(env), services: newcomers, progress: () => {} })
  for (const { name } of newcomers) {
    const [found] = results.filter((each) => each.name === `${name}:${postgres.ports[0]?.port}`)
    assert.equal(found?.outcome, 'contradicted')
    assert.match(found?.seen ?? '', /nobody has said what it speaks/)
  }
})

test('the matrix shows each cell by letters and marks the one that is not as declared', () => {
  const cell = (name: string, expected: string, seen: string): Result => ({ group: 'acl', name, expected, seen, outcome: expected === seen ? 'proven' : 'contradicted', ms: 0 })
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

test('numbers and texts of later versions are read back, and what is added to them is passed over', () => {
  for (const number of [0, 127, 128, 300, 1_048_576]) assert.equal(new Reader(new Writer().varint(number).toBuffer()).varint(), number)
  assert.deepEqual([...new Writer().varint(300).toBuffer()], [0xac, 0x02])
  const tagged = new Writer().varint(1).varint(7).varint(2).raw(Buffer.from('??'))
  const reader = new Reader(tagged.compactArray(['a', 'тема'], (writer, item) => writer.compactString(item)).varint(0).int8(5).toBuffer())
  assert.deepEqual(reader.tags().compactArray(() => reader.compactString()), ['a', 'тема'])
  assert.equal(reader.compactString(), '', 'null')
  assert.deepEqual([...reader.raw(1)], [5])
})
