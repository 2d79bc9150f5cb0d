import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { kafkaClient, producerOf, readTopic, topicOffsets, withProducer } from '../../../clients/kafka.ts'
import { alterClientQuotas, clientQuotas } from '../../../clients/kafka-quotas.ts'
import { until } from '../../../tasks/lib/until.ts'
import { bootstrapped, env, succeed } from '../platform.ts'

before(bootstrapped)

const [sample] = JSON.parse(readFileSync(join(env.root, 'data', 'products.json'), 'utf8'))
const product = (id: string) => ({ key: id, value: JSON.stringify({ ...sample, product_id: id, sku: id }) })
const sendAt = (principal: string, topic: string, timestamp: number, message = product('bounds-1')) =>
  withProducer(kafkaClient(env, principal), (producer) =>
    producer.send({ topic, messages: [{ ...message, timestamp: String(timestamp) }] }),
  )
const minute = 60_000

test('a record of long ago, of before time or of the future is refused at the broker, one of lately is taken', async () => {
  const topics = { 'shop-api': 'shop.products', 'client-api': 'client.events', moderator: 'catalog.bans', analytics: 'analytics.recommendations' }
  for (const [principal, topic] of Object.entries(topics)) {
    const before = await topicOffsets(kafkaClient(env, 'operator'), topic)
    for (const at of [-5, 0, Date.now() - 61 * minute, Date.now() + 6 * minute, 253_402_300_799_000])
      await assert.rejects(sendAt(principal, topic, at), { type: 'INVALID_TIMESTAMP' }, `${principal} at ${at}`)
    assert.deepEqual(await topicOffsets(kafkaClient(env, 'operator'), topic), before)
  }
  await sendAt('shop-api', 'shop.products', Date.now() - 50 * minute)
  await sendAt('shop-api', 'shop.products', Date.now() + 4 * minute)
})

test('a record without a time passes the filter', async () => {
  const id = `bounds-${Date.now()}`
  await sendAt('shop-api', 'shop.products', -1, product(id))
  await until({ code: 'TEST', awaited: `${id} in catalog.products`, timeoutMs: 20_000, hint: '' }, async () => {
    let seen = false
    await readTopic(kafkaClient(env, 'operator'), 'operator', 'catalog.products', ({ key }) => { seen ||= key === id })
    return seen || 'not yet'
  })
})

test('a transaction may be open for a minute, not for fifteen', async () => {
  const transactionalId = 'moderator-bounds'
  const open = async (transactionTimeout: number) => {
    const producer = kafkaClient(env, 'moderator').producer({ idempotent: true, maxInFlightRequests: 1, transactionalId, transactionTimeout })
    try {
      await producer.connect()
      await (await producer.transaction()).abort()
    } finally {
      await producer.disconnect()
    }
  }
  await assert.rejects(open(900_000), /INVALID_TRANSACTION_TIMEOUT|transaction timeout/i)
  await open(60_000)
})

test('whoever sends more than his quota waits, others do not', async () => {
  const shop = [{ type: 'user', name: 'shop-api' }]
  const declared = (await clientQuotas(env, 'operator')).find(({ entity }) => entity.length === 1 && entity[0]?.name === 'shop-api')?.limits
  assert.deepEqual(declared, { producer_byte_rate: 4_194_304, request_percentage: 50 })
  await alterClientQuotas(env, 'operator', [{ entity: shop, limits: { producer_byte_rate: 10_000 } }])
  const planned: unknown = JSON.parse(await succeed('plan', ['quotas', '--json']))
  const field = { name: 'producer_byte_rate', from: '10000', to: '4194304' }
  assert.deepEqual(planned, [{ kind: 'quotas', action: 'update', id: 'shop-api', fields: [field] }])
  try {
    const text = 'x'.repeat(20_000)
    const secondsFor = async (principal: string) => {
      const producer = producerOf(kafkaClient(env, principal))
      await producer.connect()
      const begun = performance.now()
      for (let count = 0; count < 8; count++) await producer.send({ topic: 'shop.products', messages: [{ partition: 0, key: 'bounds-flood', value: text }] })
      await producer.disconnect()
      return (performance.now() - begun) / 1000
    }
    // 160 kB at 10 kB a second, less what the brokers' window of ten seconds lets through at once
    const [shopSeconds, operatorSeconds] = [await secondsFor('shop-api'), await secondsFor('operator')]
    assert.ok(shopSeconds > 4 && shopSeconds > 3 * operatorSeconds, `shop-api ${shopSeconds} s, operator ${operatorSeconds} s`)
  } finally {
    assert.match(await succeed('apply', ['quotas']), /1 change: 1 quotas/)
  }
  assert.deepEqual(JSON.parse(await succeed('plan', ['quotas', '--json'])), [])
})
