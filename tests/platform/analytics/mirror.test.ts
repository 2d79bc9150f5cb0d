import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { connectRest } from '../../../clients/connect.ts'
import { onCluster } from '../../../clients/environment.ts'
import { ConfigResourceTypes, kafkaClient, withAdmin, withProducer } from '../../../clients/kafka.ts'
import { mirrorCollector } from '../../../apps/exporter/mirror.ts'
import { registry } from '../../../apps/exporter/metrics.ts'
import { enabledServices } from '../../../tasks/lib/compose.ts'
import { loadConfig } from '../../../tasks/lib/config.ts'
import { sinceOf } from '../../../tasks/lib/copies.ts'
import { compareTopic } from '../../../tasks/lib/mirror.ts'
import { processOf } from '../../../tasks/lib/stack.ts'
import { until } from '../../../tasks/lib/until.ts'
import { type Codec, sendBatch } from '../bombs.ts'
import { alterTopic, bootstrapped, env, shop, succeed } from '../platform.ts'

const { primary, analytics } = loadConfig(env).clusters
const onPrimary = <T>(work: Parameters<typeof withAdmin<T>>[1]) => withAdmin(kafkaClient(env, 'operator'), work)
const onAnalytics = <T>(work: Parameters<typeof withAdmin<T>>[1]) => withAdmin(kafkaClient(onCluster(env, 'analytics'), 'operator'), work)
const isCompacted = (name: string) => primary.topics.find((topic) => topic.name === name)?.config['cleanup.policy'] === 'compact'

/** Waits until every copy, or the one named, is complete; returns how many records that are. */
async function complete(...topics: string[]): Promise<number> {
  let records = 0
  await until({ code: 'TEST_MIRROR', awaited: `complete copies of ${topics.join(', ')}`, timeoutMs: 60_000, hint: 'task logs -- mirror' }, async () => {
    const compared = await Promise.all(topics.map(async (topic) => compareTopic(env, topic, isCompacted(topic), await sinceOf(env, topic))))
    records = compared.reduce((sum, { analytics: copied }) => sum + copied, 0)
    return compared.every(({ difference }) => difference === '') || compared.map(({ topic, difference }) => `${topic}: ${difference}`).join('; ')
  })
  return records
}

async function setting(cluster: 'primary' | 'analytics', topic: string, name: string): Promise<string | undefined> {
  const describe = cluster === 'primary' ? onPrimary : onAnalytics
  const { resources } = await describe((admin) => admin.describeConfigs({ includeSynonyms: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }] }))
  return resources[0]?.configEntries.find(({ configName }) => configName === name)?.configValue
}

const partitions = [0, 1, 2, 3, 4, 5]
/** So many events to each partition. */
const send = (count: number, what: string) =>
  withProducer(kafkaClient(env, 'client-api', 'patient'), (producer) =>
    producer.send({ topic: 'client.events', acks: -1, messages: partitions.flatMap((partition) => Array.from({ length: count }, (_, index) => ({ partition, key: `user-${partition}`, value: `${what} ${index}` }))) }),
  )

before(bootstrapped)

test('every copy equals its original, record by record and in order', async () => {
  await succeed(shop, ['send', 'data/products.json'])
  // the filter lists them meanwhile
  await until({ code: 'TEST', awaited: 'products and what the filter lists', timeoutMs: 60_000, hint: '' }, async () => {
    const records = await complete(...analytics.mirrored)
    return records > 600 || `${records} records`
  })
})

test('a copy that lacks, repeats or changes a record is seen', async () => {
  const copy = kafkaClient(onCluster(env, 'analytics'), 'operator')
  await withProducer(copy, (producer) => producer.send({ topic: 'client.events', messages: [{ key: 'stranger', value: 'not from the primary', partition: 0 }] }))
  const { difference } = await compareTopic(env, 'client.events', false, new Map())
  assert.match(difference, /partition 0: (expected at most|record \d+ of)/)
})

test('a copy deleted by hand is shown by plan, and apply makes it whole again', async () => {
  await send(2, 'first')
  await until({ code: 'TEST', awaited: 'them to be mirrored', timeoutMs: 60_000, hint: 'task logs -- mirror' }, async () => {
    const copied = new Set((await connectRest(env, 'mirror').offsets('mirror-source')).flatMap(({ partition }) => (partition.topic === 'client.events' ? [partition.partition] : [])))
    return copied.size === partitions.length || `${copied.size} partitions`
  })
  await onAnalytics((admin) => admin.deleteTopics({ topics: ['client.events'] }))
  assert.match(await succeed('plan'), /\+ analytics-topics client\.events\n~ mirrored-topics client\.events\n +holds: nothing in partition/)
  await succeed('apply')
  await complete('client.events')
  assert.equal((await succeed('plan')).trim(), '0 changes')
})

/** The metric that the alert looks at. */
async function isSeenByExporter(): Promise<boolean> {
  await mirrorCollector(env).collect()
  return (await registry.metrics()).includes('vygodno_mirror_made_anew{topic="client.events"} 1')
}

test('an original deleted, made anew and grown beyond what had been copied: plan names it, and apply brings the copy every record', async () => {
  await send(5, 'before')
  await complete('client.events')
  assert.equal(await isSeenByExporter(), false)
  await onPrimary((admin) => admin.deleteTopics({ topics: ['client.events'] }))
  await succeed('apply', ['topics'])
  await send(40, 'afterwards')
  assert.match(await succeed('plan'), /^~ mirrored-topics client\.events\n +original: deleted, or made anew.*\n1 change/)
  assert.equal(await isSeenByExporter(), true)
  await succeed('apply')
  assert.equal(await complete('client.events'), 240)
  assert.equal((await succeed('plan')).trim(), '0 changes')
  assert.equal(await isSeenByExporter(), false)
})

test('a copy deleted and made anew by hand that has grown again is shown by plan, and apply makes it whole', async () => {
  await onAnalytics((admin) => admin.deleteTopics({ topics: ['client.events'] }))
  await succeed('apply', ['analytics-topics'])
  await send(3, 'later')
  await until({ code: 'TEST', awaited: 'new records in the copy', timeoutMs: 60_000, hint: 'task logs -- mirror' }, async () => {
    const ends = await onAnalytics((admin) => admin.fetchTopicOffsets('client.events'))
    return ends.every(({ high }) => Number(high) > 0) || ends.map(({ high }) => high).join(' ')
  })
  assert.match(await succeed('plan'), /^~ mirrored-topics client\.events\n +copy: deleted, or made anew/)
  await succeed('apply')
  assert.equal(await complete('client.events'), 258)
  assert.equal((await succeed('plan')).trim(), '0 changes')
})

test('settings of topics and positions of consumer groups follow', async () => {
  await alterTopic('client.events', { 'retention.ms': '123456789' })
  await until({ code: 'TEST_SETTING', awaited: 'the setting on the copy', timeoutMs: 60_000, hint: 'task logs -- mirror' }, async () => {
    const seen = await setting('analytics', 'client.events', 'retention.ms')
    return seen === '123456789' || String(seen)
  })
  await alterTopic('client.events', {})
  await until({ code: 'TEST_GROUP', awaited: 'the position of product-filter', timeoutMs: 90_000, hint: 'task logs -- mirror' }, async () => {
    const positions = await onAnalytics((admin) => admin.fetchOffsets({ groupId: 'product-filter', topics: ['shop.products'] }))
    const known = positions.flatMap(({ partitions }) => partitions).filter(({ offset }) => Number(offset) > 0)
    return known.length > 0 || 'none'
  })
})

test('kill -9 of MirrorMaker while events flow: every record is copied once', async () => {
  const worker = enabledServices(env).find(({ name }) => name === 'mirror') ?? assert.fail('there is no service mirror')
  const total = 2_000
  const batch = 100
  let killed = 0
  await withProducer(kafkaClient(env, 'client-api', 'patient'), async (producer) => {
    for (let at = 0; at < total; at += batch) {
      await producer.send({ topic: 'client.events', acks: -1, messages: Array.from({ length: batch }, (_, index) => ({ key: `user-${index % 7}`, value: JSON.stringify({ at: at + index }) })) })
      const running = processOf(env, worker)
      if ((at === 500 || at === 1_500) && running) {
        process.kill(-running.pid, 'SIGKILL')
        killed++
        await succeed('up')
      }
    }
  })
  assert.equal(killed, 2)
  assert.ok((await complete('client.events')) >= total)
})

test('what is compressed by whatever codec is copied; what grows is refused by both clusters, and the copying goes on', async () => {
  const [running, codecs] = [enabledServices(env).map((service) => processOf(env, service)?.pid), ['gzip', 'zstd', 'lz4', 'snappy'] satisfies Codec[]]
  for (const codec of codecs) {
    const [original, copy] = [{ principal: 'client-api', topic: 'client.events', partition: 0, codec }, { principal: 'mirror', topic: 'client.events', partition: 0, codec, cluster: 'analytics' as const }]
    for (const target of [original, copy]) await assert.rejects(sendBatch(target, [{ key: 'bomb', blanks: codec === 'snappy' ? 15_000_000 : 100_000_000 }]), { type: 'MESSAGE_TOO_LARGE' })
    await sendBatch(original, [{ key: `codec-${codec}`, blanks: 20 }])
  }
  await complete('client.events')
  assert.deepEqual(enabledServices(env).map((service) => processOf(env, service)?.pid), running)
})
