import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import kafkajs from 'kafkajs'
import { kafkaClient, readTopic, topicOffsets, withProducer } from '../../../clients/kafka.ts'
import { loadServices } from '../../../tasks/lib/compose.ts'
import { processOf } from '../../../tasks/lib/stack.ts'
import { until } from '../../../tasks/lib/until.ts'
import { type Codec, type Hostile, sendBatch, sendPayload } from '../bombs.ts'
import { alterTopic, bootstrapped, env } from '../platform.ts'

before(bootstrapped)

const MB = 1_000_000
const operator = () => kafkaClient(env, 'operator')
const products: Record<string, unknown>[] = JSON.parse(readFileSync(join(env.root, 'data', 'products.json'), 'utf8'))
const pids = () => loadServices(env).map((service) => `${service.name} ${processOf(env, service)?.pid}`)

type Sender = [principal: string, topic: string]
const shop: Sender = ['shop-api', 'shop.products']
const senders: Sender[] = [shop, ['client-api', 'client.events'], ['moderator', 'catalog.bans']]
const codecs: Codec[] = ['gzip', 'zstd', 'lz4', 'snappy']
const toShop = { principal: 'shop-api', topic: 'shop.products', partition: 0 }
const tooLarge = 'MESSAGE_TOO_LARGE'

/** Nothing enters the log, and nobody dies of it. */
async function refused([principal, topic]: Sender, codec: Codec, records: Hostile[], type = tooLarge): Promise<void> {
  const [running, offsets] = [pids(), await topicOffsets(operator(), topic)]
  await assert.rejects(sendBatch({ principal, topic, partition: 0, codec }, records), { type }, `${principal} ${codec}`)
  assert.deepEqual(await topicOffsets(operator(), topic), offsets)
  assert.deepEqual(pids(), running)
}

const record = (blanks: number, more: Partial<Hostile> = {}): Hostile => ({ key: 'bomb', blanks, ...more })

/** A product that was sent now comes through the filter. */
async function filterWorks(send: (message: { key: string; value: string }) => Promise<unknown>): Promise<void> {
  const id = `bombs-${Date.now()}`
  await send({ key: id, value: JSON.stringify({ ...products[0], product_id: id, sku: id }) })
  await until({ code: 'TEST', awaited: `${id} in catalog.products`, timeoutMs: 90_000, hint: '' }, async () => {
    let seen = false
    const look = readTopic(operator(), 'operator', 'catalog.products', ({ key }) => { seen ||= key === id })
    // the coordinator of a new group may just have moved
    const failed = await look.then(() => undefined, (error: unknown) => String(error))
    return seen || (failed ?? 'not yet')
  })
}

const send = (message: { key: string; value: string }, compression = kafkajs.CompressionTypes.None) =>
  withProducer(kafkaClient(env, 'shop-api'), (producer) => producer.send({ topic: 'shop.products', compression, messages: [message] }))

test('one record of 300 MB of blanks, 300 kB on the wire, is refused at the broker, and the filter works on', async () => {
  await refused(shop, 'gzip', [record(300 * MB)])
  await filterWorks(send)
})

test('so it is whatever the codec, and from whoever may send', async () => {
  for (const [codec, blanks] of [['gzip', 20], ['zstd', 300], ['lz4', 200], ['snappy', 15]] as const)
    for (const sender of senders) await refused(sender, codec, [record(blanks * MB)])
})

test('many records that are too much together are refused, and what takes more than a hundred times its place', async () => {
  for (const codec of codecs) await refused(shop, codec, Array.from({ length: 50 }, () => record(100_000)))
  await refused(shop, 'gzip', [record(500_000)])
})

test('a record that only says that it is huge, or is shorter than it says, is refused', async () => {
  for (const codec of codecs) {
    await refused(shop, codec, [record(10, { claim: 2 ** 31 - 1 })])
    await refused(shop, codec, [record(10, { claim: 1000 })], 'INVALID_RECORD')
  }
  const huge = Buffer.from('82534e41505059000000000100000001' + '17d78400', 'hex')
  await assert.rejects(sendPayload({ ...toShop, codec: 'snappy' }, ['bomb'], huge), { type: tooLarge })
})

test('headers are bounded: each of two bytes takes some hundred in memory', async () => {
  await refused(shop, 'zstd', [record(5000, { headers: 101 })], 'INVALID_RECORD')
  await sendBatch({ ...toShop, codec: 'gzip' }, [record(10, { headers: 100 })])
})

test('a topic whose broker compresses anew is bounded likewise', async () => {
  for (const type of ['producer', 'gzip']) {
    await alterTopic('client.events', { 'compression.type': type })
    try {
      await until({ code: 'TEST', awaited: 'the setting at all brokers', timeoutMs: 10_000, hint: '' }, async () => {
        await refused(['client-api', 'client.events'], 'gzip', [record(300 * MB)])
        return true
      })
      await withProducer(kafkaClient(env, 'client-api'), (producer) =>
        producer.send({ topic: 'client.events', compression: kafkajs.CompressionTypes.GZIP, messages: [{ key: 'bombs', value: '{}' }] }))
    } finally {
      await alterTopic('client.events', {})
    }
  }
})

test('allowed: ordinary products in one compressed batch, and a record of the largest size', async () => {
  await withProducer(kafkaClient(env, 'shop-api'), async (producer) => {
    const messages = products.map((each) => ({ partition: 1, key: String(each.product_id), value: JSON.stringify(each) }))
    await producer.send({ topic: 'shop.products', compression: kafkajs.CompressionTypes.GZIP, messages })
    const value = Buffer.alloc(1_040_000, JSON.stringify(products))
    for (const compression of [kafkajs.CompressionTypes.None, kafkajs.CompressionTypes.GZIP])
      await producer.send({ topic: 'shop.products', compression, messages: [{ partition: 0, key: 'bombs-large', value }] })
  })
  await filterWorks((message) => send(message, kafkajs.CompressionTypes.GZIP))
})

test('whatever the codec, all programs read what was sent', async () => {
  const toEvents = { principal: 'client-api', topic: 'client.events', partition: 2 }
  for (const codec of codecs) await sendBatch({ ...toEvents, codec }, [record(20, { key: `codec-${codec}` })])
  const seen = new Set<string | null>()
  await readTopic(operator(), 'operator', 'client.events', ({ key }) => void seen.add(key))
  for (const codec of codecs) assert.ok(seen.has(`codec-${codec}`), codec)
})

test('the filter lives through as much as the bounds allow: 150 MB of records, 1.8 MB on the wire, at once', async () => {
  const running = pids()
  const filter = Number(running.find((each) => each.startsWith('product-filter '))?.split(' ')[1])
  process.kill(filter, 'SIGSTOP')
  try {
    for (let count = 0; count < 150; count++)
      await sendBatch({ ...toShop, codec: 'gzip', partition: count % 6 }, [record(980_000, { key: `bombs-${count}`, noise: 11_000 })])
  } finally {
    process.kill(filter, 'SIGCONT')
  }
  await filterWorks(send)
  assert.deepEqual(pids(), running)
})
