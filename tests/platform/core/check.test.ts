import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ConfigResourceTypes, kafkaClient, ResourcePatternTypes, withAdmin, withProducer } from '../../../clients/kafka.ts'
import { listBans } from '../../../tasks/lib/bans.ts'
import type { Result } from '../../../tasks/lib/checks/check.ts'
import { judge } from '../../../tasks/lib/matcher.ts'
import { until } from '../../../tasks/lib/until.ts'
import { bootstrapped, env, run, shop, succeed } from '../platform.ts'

before(async () => {
  await bootstrapped()
  await succeed(shop, ['send', 'data/products.json'])
  await succeed(shop, ['send', 'data/products-malformed.jsonl', '--unchecked'])
})

const operator = () => kafkaClient(env, 'operator')
/** What failed, and the exit code. */
async function check(...args: string[]): Promise<{ code: number | null; results: Result[]; failed: string[] }> {
  const { code, stdout, stderr } = await run('check', [...args, '--json'])
  assert.ok(code === 0 || code === 4, stderr)
  const results: Result[] = JSON.parse(stdout)
  return { code, results, failed: results.filter(({ ok }) => !ok).map(({ name }) => name) }
}
/** A broker may know of a change later than another (KRaft metadata travels). */
const failing = (expected: string[], ...groups: string[]) =>
  until({ code: 'TEST', awaited: `exactly these to fail: ${expected.join(', ')}`, timeoutMs: 60_000, hint: '' }, async () => {
    const { code, failed } = await check(...groups)
    assert.equal(code, failed.length > 0 ? 4 : 0)
    return JSON.stringify(failed.sort()) === JSON.stringify([...expected].sort()) || JSON.stringify(failed)
  })

/** What a check could leave behind: records, topics, rules. */
async function traces(): Promise<unknown> {
  return withAdmin(operator(), async (admin) => {
    const topics = (await admin.listTopics()).filter((topic) => !topic.startsWith('__')).sort()
    const offsets: unknown[] = []
    for (const topic of topics) offsets.push([topic, await admin.fetchTopicOffsets(topic)])
    const any = { resourceType: AclResourceTypes.ANY, resourcePatternType: ResourcePatternTypes.ANY, operation: AclOperationTypes.ANY, permissionType: AclPermissionTypes.ANY }
    return { offsets, rules: (await admin.describeAcls(any)).resources.length }
  })
}

test('every claim is proven, and proving it leaves no trace', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vygodno-report-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const report = join(folder, 'отчёт.md')
  await failing([], 'filter', 'storage')
  const earlier = await traces()
  const { failed, results } = await check('--report', report)
  assert.deepEqual(failed, [])
  assert.deepEqual(await traces(), earlier)
  for (const [group, least] of Object.entries({ tls: 100, acl: 200, topics: 12, filter: 5, storage: 3, secrets: 6, documentation: 4, criteria: 7 }))
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
  const alter = (value: string) =>
    withAdmin(operator(), (admin) => admin.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: 'client.events', configEntries: [{ name: 'min.insync.replicas', value }, { name: 'retention.ms', value: '604800000' }] }] }))
  await alter('1')
  await failing(['primary: client.events'], 'topics')
  await alter('2')
  await failing([], 'topics')
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

test('an unknown group is a usage error that names the right one', async () => {
  const { code, stderr, stdout } = await run('check', ['acls'])
  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /got acls — did you mean "acl"\? \[UNKNOWN_GROUP\]/)
})
