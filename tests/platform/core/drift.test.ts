import assert from 'node:assert/strict'
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { before, test } from 'node:test'
import { connectorCollector } from '../../../apps/exporter/connectors.ts'
import { registry } from '../../../apps/exporter/metrics.ts'
import { connectRest } from '../../../clients/connect.ts'
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, kafkaClient, ResourcePatternTypes, withAdmin } from '../../../clients/kafka.ts'
import { withPostgres } from '../../../clients/postgres.ts'
import { isReserved } from '../../../clients/product.ts'
import { difference, idsInFile, idsInPostgres, liveKeys } from '../../../tasks/lib/observe.ts'
import { type Change, withContext } from '../../../tasks/lib/reconcile.ts'
import { connectorsOf } from '../../../tasks/lib/resources/connectors.ts'
import { topicsOf } from '../../../tasks/lib/resources/topics.ts'
import { normalSetting } from '../../../tasks/lib/topic-settings.ts'
import { until } from '../../../tasks/lib/until.ts'
import { alterTopic, bootstrapped, env, putOtherwise, run, shop, succeed } from '../platform.ts'

before(bootstrapped)

const operator = () => kafkaClient(env, 'operator')
const planned = async (): Promise<Change[]> => JSON.parse(await succeed('plan', ['--json']))
const summary = async (...args: string[]) => (await succeed('apply', args)).trim().split('\n').at(-1)
/** A broker may answer from before a change for a moment (KRaft metadata travels). */
const plannedEventually = (awaited: string, check: (changes: Change[]) => boolean) =>
  until({ code: 'TEST', awaited, timeoutMs: 10_000, hint: '' }, async () => {
    const changes = await planned()
    return check(changes) || JSON.stringify(changes)
  })
const settled = () => plannedEventually('no changes', (changes) => changes.length === 0)

test('a topic setting changed by hand is shown and put right', async () => {
  await alterTopic('client.events', { 'min.insync.replicas': '1' })
  await plannedEventually('the changed setting', (changes) =>
    changes.some(({ id, action, fields }) => id === 'client.events' && action === 'update' && fields.some(({ name, from, to }) => name === 'config.min.insync.replicas' && from === '1' && to === '2')),
  )
  const differing = await run('plan', ['topics', '--exit-code', '--json', '--quiet'])
  assert.deepEqual([differing.code, differing.stderr], [5, ''])
  assert.equal((JSON.parse(differing.stdout) as Change[]).length, 1)
  assert.equal((await run('plan', ['topics'])).code, 0, 'only when it is asked for')
  assert.equal(await summary('topics'), '1 change: 1 topics')
  await settled()
  assert.equal((await run('plan', ['topics', '--exit-code'])).code, 0)
})

test('a setting that is not declared goes only with --prune', async () => {
  await alterTopic('client.events', { 'segment.ms': '60000' })
  await plannedEventually('the extra setting', (changes) => changes.some(({ fields }) => fields.some(({ name, to }) => name === 'config.segment.ms' && to === undefined)))
  assert.equal(await summary('topics'), '0 changes')
  assert.equal(await summary('topics', '--prune'), '1 change: 1 topics')
  await settled()
})

test('what the brokers would refuse is refused by plan in their own words, and nothing is changed', async () => {
  const judge = (change: Partial<Change>) => withContext(async (context) => topicsOf('primary', 'topics', 'core').refuse?.([{ kind: 'topics', action: 'update', id: 'client.events', fields: [], ...change }], context))
  const setting = (to: string) => [{ name: 'config.retention.ms', from: '604800000', to }]
  await assert.rejects(judge({ fields: setting('30d') }), { code: 'TOPIC_REFUSED', exitCode: 2, message: /client\.events: .*Invalid value 30d for configuration retention\.ms: Not a number of type LONG/ })
  await judge({ fields: setting('1000') })
  const made = (replicas: string): Partial<Change> => ({ action: 'create', id: 'shop.new', fields: [{ name: 'partitions', to: '1' }, { name: 'replication.factor', to: replicas }] })
  await assert.rejects(judge(made('4')), { code: 'TOPIC_REFUSED', message: /shop\.new: .*Unable to replicate the partition 4 time/ })
  await judge(made('3'))
  assert.deepEqual(await planned(), [])
})

test('a set in another order or spacing is no drift', async () => {
  await alterTopic('client.events', { 'cleanup.policy': 'delete, compact' })
  await until({ code: 'TEST', awaited: 'the setting', timeoutMs: 10_000, hint: '' }, async () => {
    const seen = (await withContext((context) => topicsOf('primary', 'topics', 'core').read(context))).find(({ id }) => id === 'client.events')?.fields['config.cleanup.policy']
    return seen === normalSetting('cleanup.policy', 'compact,delete') || String(seen)
  })
  await alterTopic('client.events', {})
  await settled()
})

test('an undeclared topic of ours is a removal, somebody else’s topic is not touched', async () => {
  await withAdmin(operator(), (admin) => admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'shop.stray', numPartitions: 1 }, { topic: 'other.team', numPartitions: 1 }] }))
  assert.deepEqual(await planned(), [{ kind: 'topics', action: 'remove', id: 'shop.stray', fields: [] }])
  assert.equal(await summary(), '0 changes')
  assert.equal(await summary('--prune'), '1 change: 1 topics')
  await settled()
  const left = await withAdmin(operator(), (admin) => admin.listTopics())
  assert.ok(left.includes('other.team') && !left.includes('shop.stray'))
})

test('an access rule added by hand goes with --prune, one removed by hand comes back', async () => {
  const rule = { resourceType: AclResourceTypes.TOPIC, resourceName: 'catalog.bans', resourcePatternType: ResourcePatternTypes.LITERAL, principal: 'User:shop-api', host: '*', operation: AclOperationTypes.WRITE, permissionType: AclPermissionTypes.ALLOW }
  await withAdmin(operator(), (admin) => admin.createAcls({ acl: [rule] }))
  await plannedEventually('the added rule', (changes) => changes.some(({ id, action }) => id === 'User:shop-api WRITE topic catalog.bans' && action === 'remove'))
  assert.equal(await summary('acls'), '0 changes')
  assert.equal(await summary('acls', '--prune'), '1 change: 1 acls')
  await settled()

  const declared = { ...rule, principal: 'User:client-api', resourceName: 'client.events' }
  await withAdmin(operator(), (admin) => admin.deleteAcls({ filters: [declared] }))
  await plannedEventually('the removed rule', (changes) => changes.some(({ id, action }) => id === 'User:client-api WRITE topic client.events' && action === 'create'))
  assert.equal(await summary('acls'), '1 change: 1 acls')
  await settled()
})

/** As plan judges a connector with some settings changed. */
const judge = (name: string, change: Record<string, string>) =>
  withContext(async (context) => {
    const connect = context.config.connectors.connect.map((each) => (each.name === name ? { ...each, config: { ...each.config, ...change } } : each))
    const fields = Object.entries(change).map(([setting, to]) => ({ name: setting, to }))
    await connectorsOf('connect', 'connectors', 'core').refuse?.([{ kind: 'connectors', action: 'update', id: name, fields }], { ...context, config: { ...context.config, connectors: { ...context.config.connectors, connect } } })
  })

test('what a connector would refuse is refused by plan in its own words, and the connector runs on', async () => {
  await assert.rejects(judge('catalog-postgres', { 'tasks.max': 'many' }), { code: 'CONNECTOR_REFUSED', exitCode: 2, message: /connect\.yaml catalog-postgres\.tasks\.max: Invalid value many/ })
  await assert.rejects(judge('catalog-file', { 'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConector' }), { code: 'CONNECTOR_REFUSED', message: /catalog-file\.connector\.class: expected one of .* — did you mean "org\.apache\.kafka\.connect\.file\.FileStreamSinkConnector"\?/ })
  await judge('catalog-postgres', { 'batch.size': '501' })
  assert.deepEqual(await planned(), [])
})

test('a setting that nobody knows is refused with those there are, and one of a Kafka client, too', async () => {
  await assert.rejects(judge('catalog-postgres', { 'flush.max.retrys': '7' }), { code: 'CONNECTOR_REFUSED', exitCode: 2, message: /connect\.yaml catalog-postgres\.flush\.max\.retrys: expected one of flush\.max\.retries, .* got flush\.max\.retrys — did you mean "flush\.max\.retries"\?/ })
  await assert.rejects(judge('catalog-file', { 'transforms.line.typo': 'x' }), { code: 'CONNECTOR_REFUSED', message: /catalog-file\.transforms\.line\.typo: expected one of .*transforms\.line\.type/ })
  await assert.rejects(judge('catalog-postgres', { 'consumer.override.max.poll.recods': '7' }), { code: 'CONFIG_INVALID', exitCode: 2, message: /consumer\.override\.max\.poll\.recods: .*did you mean "consumer\.override\.max\.poll\.records"\?/ })
  await judge('catalog-postgres', { 'consumer.override.max.poll.records': '2' })
})

test('a connector that fails when it has begun to work fails apply, with the right that is missing', async () => {
  const rest = connectRest(env, 'connect')
  const filter = { resourceType: AclResourceTypes.GROUP, resourceName: 'connect-', resourcePatternType: ResourcePatternTypes.PREFIXED, principal: 'User:connect', host: '*', operation: AclOperationTypes.ANY, permissionType: AclPermissionTypes.ANY }
  await withAdmin(operator(), (admin) => admin.deleteAcls({ filters: [filter] }))
  await plannedEventually('the rights to be gone', (changes) => changes.some(({ id }) => id === 'User:connect READ group connect-*'))
  await rest.remove('catalog-file')
  const { code, stderr } = await run('apply', ['connectors'])
  await succeed('apply', ['acls'])
  assert.equal(code, 1, stderr)
  assert.match(stderr, /catalog-file: task 0 FAILED: GroupAuthorizationException: .*; missing: the right of User:connect to READ group connect-catalog-file .*\[CONNECTOR_FAILED\]/)
  await plannedEventually('only the connector to be wrong', (changes) => changes.every(({ kind }) => kind === 'connectors'))
  await succeed('apply', ['connectors'])
  await settled()
})

const debugFile = join(env.stack, 'data', 'connect', 'catalog-products.tsv')
const allowed = () => liveKeys(env, 'catalog.products')
const isIn = (seen: () => Promise<Set<string>>) => async () => difference(new Set([...(await allowed())].filter((id) => !isReserved(id))), new Set([...(await seen())].filter((id) => !isReserved(id)))) || true
const stored = (awaited: string, seen: () => Promise<Set<string>>) => until({ code: 'TEST', awaited, timeoutMs: 60_000, hint: '' }, isIn(seen))
/** The metric that the alert looks at. */
const seenByExporter = async () => {
  await connectorCollector(env, 'connect').collect()
  return /^vygodno_sink_file_written\{connector="catalog-file"\} (\d)$/m.exec(await registry.metrics())?.[1]
}

test('a debug file deleted, with its folder, or replaced under its sink is shown, alerted, and made whole', async () => {
  await succeed(shop, ['send', 'data/products.json'])
  await until({ code: 'TEST', awaited: 'products', timeoutMs: 60_000, hint: '' }, async () => (await allowed()).size > 300 || 'too few')
  await stored('the file to hold them', () => idsInFile(env))
  assert.equal(await seenByExporter(), '1')
  for (const [lose, reason] of [
    [() => rmSync(dirname(debugFile), { recursive: true }), /was deleted/],
    [() => { renameSync(debugFile, `${debugFile}.old`); writeFileSync(debugFile, 'x\t{}\n') }, /is another file/],
  ] as const) {
    lose()
    const [change, ...others] = await planned()
    assert.equal(others.length, 0)
    assert.equal(`${change?.kind} ${change?.id}`, 'sinks catalog-file')
    assert.match(change?.fields[0]?.from ?? '', reason)
    assert.equal(await seenByExporter(), '0')
    assert.equal(await summary(), '1 change: 1 sinks')
    // whole, and nothing else in it
    await stored('the file to be whole', () => idsInFile(env))
  }
  const [kept = ''] = readdirSync(dirname(debugFile)).filter((name) => name.includes('.foreign-'))
  assert.equal(readFileSync(join(dirname(debugFile), kept), 'utf8'), 'x\t{}\n')
  await settled()
})

test('a table emptied under its sink is shown, and filled again', async () => {
  await withPostgres(env, 'operator', (db) => db.query('truncate products'))
  await plannedEventually('the empty table', (changes) => changes.some(({ kind, id, fields }) => kind === 'sinks' && id === 'catalog-postgres' && /table products is empty/.test(fields[0]?.from ?? '')))
  assert.equal(await summary(), '1 change: 1 sinks')
  await stored('the rows to be back', () => idsInPostgres(env))
  await settled()
})

test('a topic deleted by hand is named by plan, though other kinds look into it, and made anew', async () => {
  // one that holds nothing here: what a topic held is lost with it
  const name = 'analytics.recommendations'
  await withAdmin(operator(), (admin) => admin.deleteTopics({ topics: [name] }))
  await plannedEventually('the deleted topic alone', (changes) => changes.length === 1 && changes[0]?.kind === 'topics' && changes[0].id === name && changes[0].action === 'create')
  assert.match((await run('plan')).stderr, /sinks: not compared before the missing topics are there/)
  assert.equal(await summary(), '1 change: 1 topics')
  await settled()
})

test('a deleted, a changed and a foreign connector are put right', async () => {
  const rest = connectRest(env, 'connect')
  await rest.remove('catalog-file')
  await plannedEventually('the deleted connector', (changes) => changes.some(({ kind, id, action }) => kind === 'connectors' && id === 'catalog-file' && action === 'create'))
  assert.equal(await summary('connectors'), '1 change: 1 connectors')
  await putOtherwise('catalog-postgres', { 'batch.size': '7' })
  await plannedEventually('the changed connector', (changes) => changes.some(({ id, fields }) => id === 'catalog-postgres' && fields.some(({ name, from }) => name === 'batch.size' && from === '7')))
  assert.equal(await summary('connectors'), '1 change: 1 connectors')
  await settled()
})
