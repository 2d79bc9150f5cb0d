import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, kafkaClient, ResourcePatternTypes, withAdmin, withProducer } from '../../../clients/kafka.ts'
import { withPostgres } from '../../../clients/postgres.ts'
import { listBans } from '../../../tasks/lib/bans.ts'
import type { Result } from '../../../tasks/lib/checks/check.ts'
import { loadServices } from '../../../tasks/lib/compose.ts'
import { judge } from '../../../tasks/lib/matcher.ts'
import { idsInFile, idsInPostgres, liveKeys } from '../../../tasks/lib/observe.ts'
import { signalGroup } from '../../../tasks/lib/processes.ts'
import { processOf } from '../../../tasks/lib/stack.ts'
import { until } from '../../../tasks/lib/until.ts'
import { alterTopic, bootstrapped, env, run, shop, succeed } from '../platform.ts'
import { traces } from '../traces.ts'

before(bootstrapped)

const operator = () => kafkaClient(env, 'operator')
/** What failed, and the exit code. */
async function check(...args: string[]): Promise<{ code: number | null; results: Result[]; failed: string[] }> {
  const { code, stdout, stderr } = await run('check', [...args, '--json'])
  assert.ok(code === 0 || code === 4, stderr)
  const results: Result[] = JSON.parse(stdout)
  return { code, results, failed: results.filter(({ outcome }) => outcome === 'contradicted').map(({ name }) => name) }
}
/** A broker may know of a change later than another (KRaft metadata travels). */
const failing = (expected: string[], ...groups: string[]) =>
  until({ code: 'TEST', awaited: `exactly these to fail: ${expected.join(', ')}`, timeoutMs: 60_000, hint: '' }, async () => {
    const { code, failed } = await check(...groups)
    assert.equal(code, failed.length > 0 ? 4 : 0)
    return JSON.stringify(failed.sort()) === JSON.stringify([...expected].sort()) || JSON.stringify(failed)
  })

/** As it was before any shop came. */
async function withdrawAll(): Promise<void> {
  const messages = [...(await liveKeys(env, 'shop.products'))].map((key) => ({ key, value: null }))
  await withProducer(operator(), (producer) => producer.send({ topic: 'shop.products', acks: -1, messages }))
  await until({ code: 'TEST', awaited: 'an empty catalogue', timeoutMs: 60_000, hint: '' }, async () => (await idsInPostgres(env)).size + (await idsInFile(env)).size === 0 || 'not yet')
}

test('where no shop has sent anything, nothing is contradicted; what has no evidence is open, with the command that brings it', async () => {
  await withdrawAll()
  const { code, results, failed } = await check('filter', 'storage', 'mirror', 'criteria')
  assert.deepEqual([code, failed], [0, []])
  const open = results.filter(({ outcome }) => outcome === 'open')
  for (const name of ['catalog.products', 'the debug file', 'PostgreSQL', 'PostgreSQL equals catalog.products', 'the debug file equals catalog.products', 'rules hold back what they should'])
    assert.equal(open.find((result) => result.name === name)?.hint, 'task shop -- send data/products.json', name)
  assert.equal(open.find(({ group }) => group === 'mirror')?.hint, 'COMPOSE_PROFILES=core,analytics task up')
  const criteria = new Map(results.filter(({ group }) => group === 'criteria').map(({ name, outcome }) => [name.split(' ')[0], outcome]))
  assert.deepEqual(['1', '5', '6', '7', '10'].map((number) => criteria.get(number)), ['open', 'open', 'open', 'open', 'open'])
  const strict = await run('check', ['filter', '--strict'])
  assert.equal(strict.code, 4)
  assert.match(strict.stderr, /are open \[CHECK_OPEN\]\n.*task shop -- send data\/products\.json/)
})

test('a catalogue in which nothing is banned contradicts nothing', async (t) => {
  await withdrawAll()
  const [sample] = JSON.parse(readFileSync(join(env.root, 'data/products.json'), 'utf8'))
  const send = (value: string | null) => withProducer(kafkaClient(env, 'shop-api'), (producer) => producer.send({ topic: 'shop.products', acks: -1, messages: [{ key: 'own-1', value }] }))
  t.after(() => send(null))
  await send(JSON.stringify({ ...sample, product_id: 'own-1', name: 'Стул', sku: 'own-1' }))
  const { code, results, failed } = await check('filter', 'storage')
  assert.deepEqual([code, failed], [0, []])
  assert.deepEqual(results.filter(({ outcome }) => outcome === 'open').map(({ name }) => name), ['rules hold back what they should'])
})

test('every claim is proven, and proving it leaves no trace', async (t) => {
  await succeed(shop, ['send', 'data/products.json'])
  await succeed(shop, ['send', 'data/products-malformed.jsonl', '--unchecked'])
  const folder = mkdtempSync(join(tmpdir(), 'vygodno-report-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const report = join(folder, 'отчёт.md')
  await failing([], 'filter', 'storage')
  const earlier = await traces()
  const { failed, results } = await check('--report', report)
  assert.deepEqual(failed, [])
  assert.deepEqual(await traces(), earlier)
  for (const [group, least] of Object.entries({ tls: 100, acl: 200, abuse: 15, topics: 12, filter: 9, storage: 3, secrets: 6, documentation: 4, criteria: 7 }))
    assert.ok(results.filter((result) => result.group === group).length >= least, group)
  const text = readFileSync(report, 'utf8')
  assert.match(text, /## Access matrix of the primary cluster/)
  assert.match(text, /\| ✓ \| 3 Access control works \|/)
})

test('a rule added or removed by hand turns exactly the cells it is about red', async () => {
  const rule = { resourceType: AclResourceTypes.TOPIC, resourceName: 'catalog.bans', resourcePatternType: ResourcePatternTypes.LITERAL, principal: 'User:shop-api', host: '*', operation: AclOperationTypes.WRITE, permissionType: AclPermissionTypes.ALLOW }
  await withAdmin(operator(), (admin) => admin.createAcls({ acl: [rule] }))
  // WRITE brings DESCRIBE along, which is in the same cell
  await failing(['primary: shop-api on topic catalog.bans'], 'acl')
  await withAdmin(operator(), (admin) => admin.deleteAcls({ filters: [rule] }))
  await failing([], 'acl')

  const declared = { ...rule, principal: 'User:client-api', resourceName: 'client.events' }
  await withAdmin(operator(), (admin) => admin.deleteAcls({ filters: [declared] }))
  // who may write nowhere may not be a producer either
  await failing(['primary: client-api on topic client.events', 'primary: client-api on cluster kafka-cluster'], 'acl')

  // a rule for a prefix, of which another one is left
  const prefixed = { ...rule, resourceType: AclResourceTypes.GROUP, resourceName: 'moderator-', resourcePatternType: ResourcePatternTypes.PREFIXED, principal: 'User:moderator', operation: AclOperationTypes.READ }
  await withAdmin(operator(), (admin) => admin.deleteAcls({ filters: [prefixed] }))
  await failing(['primary: client-api on topic client.events', 'primary: client-api on cluster kafka-cluster', 'primary: moderator on group moderator-check'], 'acl')
  await succeed('apply', ['acls'])
  await failing([], 'acl')
})

test('a topic made less safe by hand is red, alone', async () => {
  await alterTopic('client.events', { 'min.insync.replicas': '1' })
  await failing(['primary: client.events'], 'topics')
  await alterTopic('client.events', {})
  await failing([], 'topics')
})

test('an attack that is no longer refused is red, alone', async () => {
  await alterTopic('client.events', { 'message.timestamp.before.max.ms': '9223372036854775807' })
  await withPostgres(env, 'operator', (db) => db.query('grant execute on function pg_catalog.lo_create(oid) to "client-api"'))
  await failing(['a record of long ago, of before time or of the future for client.events', 'client-api writes, fills or blocks what all share'], 'abuse')
  await withPostgres(env, 'operator', (db) => db.query('revoke execute on function pg_catalog.lo_create(oid) from "client-api"'))
  await alterTopic('client.events', {})
  await failing([], 'abuse')
})

test('a banned product that got past the filter is found wherever it stands', async () => {
  const products = join(env.root, 'data/products.json')
  let banned: string | undefined
  for await (const { product_id: id, rules } of judge(env, await listBans(env), products)) if (rules?.length) banned ??= id
  const document = JSON.parse(readFileSync(products, 'utf8')).find((product: { product_id: string }) => product.product_id === banned)
  const put = (value: string | null) => withProducer(operator(), (producer) => producer.send({ topic: 'catalog.products', acks: -1, messages: [{ key: banned ?? assert.fail('a product of the sample is banned'), value }] }))
  await put(JSON.stringify(document))
  await failing(['catalog.products', 'the debug file', 'PostgreSQL', 'search'], 'filter')
  await put(null)
  await failing([], 'filter', 'storage')
})

test('a filter that is dead or stopped is seen, whatever it did before', async () => {
  const service = loadServices(env).find(({ name }) => name === 'product-filter') ?? assert.fail('there is a filter')
  const running = processOf(env, service) ?? assert.fail('it runs')
  signalGroup(running, 'SIGSTOP')
  const { failed } = await check('filter').finally(() => signalGroup(running, 'SIGCONT'))
  assert.ok(failed.includes('the filter answers'), failed.join(', '))
  signalGroup(running, 'SIGKILL')
  assert.ok((await check('filter')).failed.includes('it is a member of its group product-filter'))
  await succeed('up')
  await failing([], 'filter')
})

test('a dead broker is a line in each group, a silent one too, and neither is waited for long', async () => {
  const service = loadServices(env).find(({ name }) => name === 'kafka-3') ?? assert.fail('there is a broker')
  for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
    const running = processOf(env, service) ?? assert.fail('it runs')
    signalGroup(running, signal)
    const started = performance.now()
    const { results } = await check('tls', 'acl', 'topics').finally(() => signal === 'SIGSTOP' && signalGroup(running, 'SIGCONT'))
    const contradicted = results.filter(({ outcome }) => outcome === 'contradicted')
    for (const group of ['tls', 'acl', 'topics']) assert.ok(contradicted.some((result) => result.group === group && /kafka-3|1909[0-9]|19093|broker 3/.test(`${result.name} ${result.seen}`)), `${signal}: ${group}`)
    assert.ok(contradicted.length <= 8, `${signal}: ${contradicted.map(({ name, seen }) => `${name}: ${seen}`).join('; ')}`)
    assert.ok(performance.now() - started < 120_000)
  }
  await succeed('up')
  await failing([], 'tls', 'topics')
})

test('an unknown group is a usage error that names the right one', async () => {
  const { code, stderr, stdout } = await run('check', ['acls'])
  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /got acls — did you mean "acl"\? \[UNKNOWN_GROUP\]/)
})
