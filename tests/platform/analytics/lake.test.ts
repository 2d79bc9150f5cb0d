import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { z } from 'zod'
import { certificateFiles, onCluster } from '../../../clients/environment.ts'
import { hdfsState, webHdfs } from '../../../clients/hdfs.ts'
import { kafkaClient, withProducer } from '../../../clients/kafka.ts'
import { allowedSamples } from '../../../tasks/lib/benchmarks/measure.ts'
import { loadServices } from '../../../tasks/lib/compose.ts'
import { jdkProgram } from '../../../tasks/lib/jdk.ts'
import { eventsInTopic, inventory, reportShape } from '../../../tasks/lib/lake.ts'
import { difference, liveKeys } from '../../../tasks/lib/observe.ts'
import { signalGroup } from '../../../tasks/lib/processes.ts'
import { type Job, submit } from '../../../tasks/lib/spark.ts'
import { processOf } from '../../../tasks/lib/stack.ts'
import { until } from '../../../tasks/lib/until.ts'
import { bootstrapped, env, run, shop, succeed } from '../platform.ts'
import { unfitJdkFirst } from '../unfit-jdk.ts'

// before anything starts: a JDK that Spark can't run by is the first that everybody finds
const unfit = unfitJdkFirst()
before(bootstrapped)

test('a JDK that does not fit is first on the PATH and in JAVA_HOME, and all JVMs run by one that does', async () => {
  const { stderr } = await run('up')
  assert.doesNotMatch(stderr, /✗/)
  const jvms = loadServices(env).flatMap((service) => {
    const { pid } = service.command[0] === 'java' ? (processOf(env, service) ?? {}) : {}
    return pid === undefined ? [] : [{ name: service.name, program: readlinkSync(`/proc/${pid}/exe`) }]
  })
  assert.ok(jvms.length >= 10, `${jvms.length} JVMs`)
  assert.deepEqual(jvms.filter(({ program }) => program !== realpathSync(jdkProgram('java'))), [])
  assert.ok(!jdkProgram('java').startsWith(unfit))
  assert.match(readdirSync(join(env.stack, 'tmp', 'namenode')).join(), /jetty-/, 'the pages that the NameNode unpacks lie in the stack')
})

const analytics = onCluster(env, 'analytics')
const feeds = z.array(z.object({ feed: z.string(), rows: z.int(), quarantined: z.int() }))
const ingest = async (...args: string[]) => new Map(feeds.parse(JSON.parse(await succeed('analytics', ['ingest', '--json', ...args]))).map((feed) => [feed.feed, feed]))

/** Sends events on the primary cluster and waits until their copies are on the analytics cluster. */
async function send(messages: { key: string; value: string }[]): Promise<void> {
  await withProducer(kafkaClient(env, 'client-api', 'patient'), (producer) => producer.send({ topic: 'client.events', acks: -1, messages }))
  const total = (await eventsInTopic(env)).count
  await until({ code: 'TEST', awaited: 'the mirror to catch up', timeoutMs: 120_000, everyMs: 300, hint: '' }, async () => {
    const { count } = await eventsInTopic(analytics)
    return count === total || `${count} of ${total}`
  })
}

/** Asserts that the lake holds what the topic does, each record once. */
async function lakeEqualsTopic(): Promise<void> {
  const { count, digest, quarantined } = await inventory(env)
  assert.deepEqual({ count, digest }, await eventsInTopic(analytics, { quarantined }))
}

/** Events of a user each, three days of them. */
const some = (total: number, tag: string) => Array.from({ length: total }, (_, index) => event(`${tag}-${index % 17}`, 'view', { product_id: '10101', at: new Date(Date.now() - (index % 3) * 86_400_000).toISOString() }))

function event(user: string, type: string, more: object): { key: string; value: string } {
  return { key: user, value: JSON.stringify({ event_id: randomUUID(), type, user_id: user, at: new Date().toISOString(), ...more }) }
}

// nothing else here is about books, or is a purchase
const book = { product_id: '11103', category: 'Книги' }

test('what is new in the topic is brought in once; malformed records are set aside', async () => {
  await succeed(shop, ['send', 'data/products.json'])
  const allowed = await allowedSamples(env)
  await until({ code: 'TEST', awaited: 'all products on the analytics cluster', timeoutMs: 60_000, hint: '' }, async () => {
    const missing = difference(allowed, await liveKeys(analytics, 'catalog.products'))
    return missing === '' || missing
  })
  const { product_id } = book
  await send([
    ...some(700, 'once'),
    event('reader', 'view', { product_id }),
    event('reader', 'view', { product_id }),
    event('reader', 'cart', { product_id }),
    event('reader', 'purchase', { product_id, quantity: 2, amount: 1_980, currency: 'RUB' }),
    event('reader', 'search', { query: '  Ничего  ТАКОГО ', results: 0 }),
    { key: 'bad', value: '{"event_id": broken' },
    { key: 'bad', value: JSON.stringify({ type: 'dance', user_id: 'bad' }) },
    // it has an id and a time, and is none of ours all the same
    event('bad', 'dance', {}),
  ])
  const first = await ingest()
  assert.ok((first.get('events')?.rows ?? 0) >= 705)
  assert.equal(first.get('events')?.quarantined, 3)
  await lakeEqualsTopic()
  assert.equal((await webHdfs(env, 'analytics').list('/lake/quarantine')).length, 1)
  assert.deepEqual([...(await ingest()).values()].map(({ rows, quarantined }) => rows + quarantined), [0, 0])
})

test('the report counts what users did, as JSON and as a page', async () => {
  const page = join(env.stack, 'report.html')
  const made = reportShape.parse(JSON.parse(await succeed('analytics', ['report', '--json', '--html', page])))
  const { views, carts, purchases } = made['funnel-by-category'].find(({ category }) => category === book.category) ?? assert.fail('books have a row')
  assert.deepEqual({ views, carts, purchases }, { views: 1, carts: 1, purchases: 1 }, 'two views of one product by one user are one interest')
  assert.deepEqual(made['revenue-by-day'].map(({ revenue, orders, units }) => ({ revenue, orders, units })), [{ revenue: 1_980, orders: 1, units: 2 }])
  assert.equal(made['searches-without-results'].find(({ term }) => term === 'ничего такого')?.without_results, 1)
  assert.match(readFileSync(page, 'utf8'), /<svg/)
})

test('kill -9 at every step of a batch and of a compaction: nothing is lost, nothing is doubled', async () => {
  for (const stage of ['prepared', 'staged', 'published', 'committed']) {
    await send(some(200, `kill-${stage}`))
    assert.equal(await killAt('Ingest', stage), 'killed')
  }
  await ingest('--batch', '150')
  await lakeEqualsTopic()
  for (const stage of ['published', 'committed']) {
    assert.equal(await killAt('Compact', stage), 'killed')
    await send(some(50, `compact-${stage}`))
    await ingest('--batch', '20')
  }
  await lakeEqualsTopic()
  await succeed('analytics', ['compact'])
  const days = await webHdfs(env, 'analytics').list('/lake/events')
  for (const { pathSuffix } of days) assert.equal((await webHdfs(env, 'analytics').list(`/lake/events/${pathSuffix}`)).length, 1, pathSuffix)
})

/** Starts a job and kills its JVM as soon as it says that it has come to a stage. */
async function killAt(main: 'Ingest' | 'Compact', stage: string): Promise<string> {
  return submit(env, job(main, main === 'Ingest' ? { ...as('analytics'), brokers: analytics.kafka.brokers.join(','), batch: '150' } : {}), (line, kill) => line.stage === stage && kill('SIGKILL')).then(
    () => 'ended',
    (error: unknown) => (z.object({ code: z.string() }).parse(error).code === 'JOB_KILLED' ? 'killed' : String(error)),
  )
}

function job(main: 'Ingest' | 'Compact', more: Record<string, string>): Job {
  return { module: 'lake', main: `ru.vygodno.lake.${main}`, arguments: { lake: `${env.hdfs.url}${env.variables.LAKE}`, lock: join(env.stack, 'run', 'lake.lock'), ...more } }
}

function as(principal: string): { keystore: string; truststore: string } {
  const { bundle, ca } = certificateFiles(env, principal)
  return { keystore: bundle, truststore: ca }
}

test('HDFS down is said at once, with the command that helps; the compacted lake survives it', async () => {
  const services = loadServices(env).filter(({ name }) => name === 'namenode' || name === 'datanode-1')
  for (const service of services) signalGroup(processOf(env, service) ?? assert.fail(`${service.name} runs`), 'SIGKILL')
  const refused = await run('analytics', ['report'])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /HDFS_FAILED[\s\S]*task status/)
  await succeed('up')
  assert.equal((await hdfsState(env)).safeMode, '')
  await lakeEqualsTopic()
})

test('only the owner of the lake may look in; another user is refused', async () => {
  assert.ok((await webHdfs(env, 'analytics').list('/lake')).length > 0)
  await assert.rejects(webHdfs(env, 'client-api').list('/lake'), /AccessControlException/)
})

test('a checkpoint of another cluster is refused', async () => {
  const foreign = job('Ingest', { ...as('operator'), brokers: env.clusters.primary.brokers.join(',') })
  await assert.rejects(submit(env, foreign, () => {}), { code: 'CHECKPOINT_FOREIGN' })
})
