import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { z } from 'zod'
import { onCluster } from '../../../clients/environment.ts'
import { hdfsState, webHdfs } from '../../../clients/hdfs.ts'
import { kafkaClient, withProducer } from '../../../clients/kafka.ts'
import { loadServices } from '../../../tasks/lib/compose.ts'
import { eventsInTopic, inventory, report } from '../../../tasks/lib/lake.ts'
import { signalGroup } from '../../../tasks/lib/processes.ts'
import { submit } from '../../../tasks/lib/spark.ts'
import { processOf } from '../../../tasks/lib/stack.ts'
import { until } from '../../../tasks/lib/until.ts'
import { bootstrapped, env, run, succeed } from '../platform.ts'

before(bootstrapped)

const analytics = onCluster(env, 'analytics')
const local = 'local[2]'
const feeds = z.array(z.object({ feed: z.string(), rows: z.int(), quarantined: z.int() }))
const ingest = async (...args: string[]) => new Map(feeds.parse(JSON.parse(await succeed('analytics', ['ingest', '--json', ...args]))).map((feed) => [feed.feed, feed]))

/** Sends events on the primary cluster and waits until their copies are on the analytics cluster. */
async function send(messages: { key: string; value: string }[]): Promise<void> {
  await withProducer(kafkaClient(env, 'client-api', 'patient'), async (producer) => {
    for (let at = 0; at < messages.length; at += 500) await producer.send({ topic: 'client.events', acks: -1, messages: messages.slice(at, at + 500) })
  })
  const total = (await eventsInTopic(env)).count
  await until({ code: 'TEST', awaited: 'the mirror to catch up', timeoutMs: 120_000, everyMs: 300, hint: '' }, async () => {
    const { count } = await eventsInTopic(analytics)
    return count === total || `${count} of ${total}`
  })
}

const inLake = () => inventory(env, local).then(({ count, digest }) => ({ count, digest }))

const event = (index: number, tag: string) => {
  const user = `${tag}-${index % 17}`
  return { key: user, value: JSON.stringify({ event_id: randomUUID(), type: 'view', user_id: user, at: new Date(Date.now() - (index % 3) * 86_400_000).toISOString(), product_id: '10101' }) }
}
const some = (count: number, tag: string) => Array.from({ length: count }, (_, index) => event(index, tag))

test('what is in the topic is in the lake once; a second run adds nothing; malformed records are set aside', async () => {
  await succeed(join('shop-api', 'main.js'), ['send', 'data/products.json'])
  await send([...some(700, 'once'), { key: 'bad', value: '{"event_id": broken' }, { key: 'bad', value: JSON.stringify({ type: 'dance', user_id: 'bad' }) }])
  const first = await ingest()
  assert.ok((first.get('events')?.rows ?? 0) >= 700)
  assert.equal(first.get('events')?.quarantined, 2)
  assert.deepEqual(await inLake(), await eventsInTopic(analytics))
  const again = await ingest()
  assert.deepEqual([...again.values()].map(({ rows, quarantined }) => rows + quarantined), [0, 0])
  assert.equal((await webHdfs(env, 'analytics').list('/lake/quarantine')).length, 1)
})

test('kill -9 at every step of a batch and of a compaction: nothing is lost, nothing is doubled', async () => {
  for (const [index, stage] of ['prepared', 'staged', 'published', 'committed', 'staged'].entries()) {
    await send(some(400, `kill-${index}`))
    assert.equal(await killAt('Ingest', stage), 'killed')
  }
  await ingest('--batch', '150')
  const expected = await eventsInTopic(analytics)
  assert.deepEqual(await inLake(), expected)
  for (const stage of ['published', 'committed']) {
    assert.equal(await killAt('Compact', stage), 'killed')
    await send(some(50, `compact-${stage}`))
    await ingest('--batch', '20')
    assert.deepEqual(await inLake(), await eventsInTopic(analytics))
  }
  await succeed('analytics', ['compact'])
  assert.deepEqual(await inLake(), await eventsInTopic(analytics))
  const days = await webHdfs(env, 'analytics').list('/lake/events')
  for (const { pathSuffix } of days) assert.equal((await webHdfs(env, 'analytics').list(`/lake/events/${pathSuffix}`)).length, 1, pathSuffix)
})

/** Starts a job and kills its JVM as soon as it says that it has come to a stage. */
async function killAt(main: string, stage: string): Promise<string> {
  const files = { keystore: join(env.stack, 'certs', 'analytics.pem'), truststore: join(env.stack, 'certs', 'ca.crt'), brokers: analytics.kafka.brokers.join(','), batch: '150' }
  const place = { lake: `${env.hdfs.url}${env.variables.LAKE}`, lock: join(env.stack, 'run', 'lake.lock') }
  const job = { module: 'lake' as const, main: `ru.vygodno.lake.${main}`, arguments: main === 'Ingest' ? { ...place, ...files } : place }
  return submit(env, job, local, (line, kill) => line.stage === stage && kill('SIGKILL')).then(
    () => 'ended',
    (error: unknown) => (z.object({ code: z.string() }).parse(error).code === 'JOB_KILLED' ? 'killed' : String(error)),
  )
}

test('the report counts what users did', async () => {
  const [product] = z.array(z.object({ product_id: z.string(), category: z.string() })).parse(JSON.parse(readFileSync(join(env.root, 'data/products.json'), 'utf8')))
  assert.ok(product)
  const user = `report-${randomUUID().slice(0, 8)}`
  const act = (type: string, more: object = {}) => ({ key: user, value: JSON.stringify({ event_id: randomUUID(), type, user_id: user, at: new Date().toISOString(), ...more }) })
  await ingest()
  const earlier = await report(env, local)
  const { product_id } = product
  await send([act('view', { product_id }), act('view', { product_id }), act('cart', { product_id }), act('purchase', { product_id, quantity: 2, amount: 37980, currency: 'RUB' }), act('search', { query: `  Ничего ${user} `, results: 0 })])
  await ingest()
  const later = await report(env, local)
  const funnel = (made: typeof later) => made['funnel-by-category'].find(({ category }) => category === product.category) ?? { views: 0, carts: 0, purchases: 0 }
  assert.equal(funnel(later).views - funnel(earlier).views, 1, 'two views of one product by one user are one interest')
  assert.equal(funnel(later).carts - funnel(earlier).carts, 1)
  assert.equal(funnel(later).purchases - funnel(earlier).purchases, 1)
  const revenue = (made: typeof later) => made['revenue-by-day'].at(-1)?.revenue ?? 0
  assert.equal(revenue(later) - revenue(earlier), 37_980)
  assert.equal(later['searches-without-results'].find(({ term }) => term === `ничего ${user}`)?.without_results, 1)
  const page = join(env.stack, 'report.html')
  await succeed('analytics', ['report', '--html', page])
  assert.ok(existsSync(page))
  assert.match(readFileSync(page, 'utf8'), /<svg/)
})

test('only the owner of the lake may look in; another user is refused', async () => {
  assert.ok((await webHdfs(env, 'analytics').list('/lake')).length > 0)
  await assert.rejects(webHdfs(env, 'client-api').list('/lake'), /AccessControlException/)
})

test('a checkpoint of another cluster is refused; its own is taken', async () => {
  const files = { keystore: join(env.stack, 'certs', 'operator.pem'), truststore: join(env.stack, 'certs', 'ca.crt'), lake: `${env.hdfs.url}${env.variables.LAKE}`, lock: join(env.stack, 'run', 'lake.lock') }
  const on = (brokers: string[]) => submit(env, { module: 'lake', main: 'ru.vygodno.lake.Ingest', arguments: { ...files, brokers: brokers.join(',') } }, local, () => {})
  await assert.rejects(on(env.clusters.primary.brokers), { code: 'CHECKPOINT_FOREIGN' })
  await on(env.clusters.analytics.brokers)
})

test('HDFS down is said at once, with the command that helps; the lake survives it', async () => {
  const expected = await inLake()
  const [nameNode, dataNode] = ['namenode', 'datanode-1'].map((name) => loadServices(env).find((service) => service.name === name) ?? assert.fail(name))
  for (const service of [nameNode, dataNode]) signalGroup((service && processOf(env, service)) ?? assert.fail('it runs'), 'SIGKILL')
  const refused = await run('analytics', ['report'])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /HDFS_FAILED[\s\S]*task status/)
  await succeed('up')
  assert.equal((await hdfsState(env)).safeMode, '')
  assert.deepEqual(await inLake(), expected)
})
