import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { connectRest } from '../../../clients/connect.ts'
import { kafkaClient, readTopic, withProducer } from '../../../clients/kafka.ts'
import { withPostgres } from '../../../clients/postgres.ts'
import { checkProduct } from '../../../clients/product.ts'
import { readRule } from '../../../clients/rules.ts'
import { intake, loadStores, storesOf } from '../../../clients/stores.ts'
import { idsInPostgres } from '../../../tasks/lib/observe.ts'
import { until } from '../../../tasks/lib/until.ts'
import { limits } from '../../unit/fuzz.ts'
import { bootstrapped, client, env, succeed, shop } from '../platform.ts'

before(bootstrapped)

const mark = randomUUID().slice(0, 8)
const [sample] = JSON.parse(readFileSync(join(env.root, 'data/products.json'), 'utf8'))
const eventually = (awaited: string, look: () => Promise<true | string>) => until({ code: 'TEST', awaited, timeoutMs: 60_000, everyMs: 300, hint: '' }, look)
const operator = () => kafkaClient(env, 'operator')

type Sent = { key: string; value: Buffer | null; partition?: number }
async function send(topic: string, messages: Sent[]): Promise<void> {
  await withProducer(operator(), async (producer) => {
    for (let at = 0; at < messages.length; at += 100) await producer.send({ topic, acks: -1, messages: messages.slice(at, at + 100) })
  })
}

/** Keys of a topic's records since the test began, in order, each as often as it stands there. */
async function keysIn(topic: string): Promise<string[]> {
  const keys: string[] = []
  await readTopic(operator(), 'operator', topic, ({ key }) => void (key?.includes(mark) && keys.push(key)))
  return keys
}

/** Documents with a few things wrong, or right: the same in every run. */
function damaged(documents: object[]): Buffer[] {
  const texts = documents.map((document) => JSON.stringify(document))
  const value = fc.nat(texts.length - 1).chain((index) => {
    const text = texts[index] ?? ''
    return fc.oneof(
      fc.constant(Buffer.from(text)),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.json({ maxDepth: 3 }).map((json) => Buffer.from(json)),
      fc.tuple(fc.constantFrom(...Object.keys(documents[index] ?? {}), '__proto__'), fc.jsonValue()).map(([field, broken]) => Buffer.from(JSON.stringify({ ...documents[index], [field]: broken }))),
      fc.tuple(fc.nat(text.length), fc.constantFrom('', '\u0000', '\\u0000', '\\ud800', '"', '}', '[', '1e999', "'; drop table products; --", '😀')).map(([at, put]) => Buffer.from(text.slice(0, at) + put + text.slice(at + 1))),
    )
  })
  return fc.sample(value, limits(300))
}

async function allRunning(): Promise<void> {
  const states = Object.values(await connectRest(env, 'connect').connectors()).flatMap(({ status }) => status.tasks.map(({ state }) => state))
  assert.deepEqual(states, states.map(() => 'RUNNING'))
}

test('garbage from shops: each malformed record is one dead letter, each right one is listed, and the work goes on', async () => {
  const records = damaged([sample, { ...sample, brand: `Fuzz ${mark}` }]).map((value, index): Sent & { value: Buffer } => ({ key: `fuzz-${mark}-${index}`, value }))
  records.push({ key: `fuzz-${mark}-large`, value: Buffer.from(JSON.stringify({ ...sample, name: 'İ'.repeat(1_000), description: 'İ'.repeat(480_000), brand: 'Σ' })) })
  // a right product has the id of its record
  for (const record of records) if (record.value.toString().startsWith(`{"product_id":"${sample.product_id}"`)) record.value = Buffer.from(record.value.toString('latin1').replace(`"${sample.product_id}"`, `"${record.key}"`), 'latin1')
  const stores = storesOf(loadStores(env), intake)
  const isRight = ({ key, value }: { key: string; value: Buffer }) => {
    const checked = checkProduct(value, key)
    return 'product' in checked && stores.includes(checked.product.store_id)
  }
  const [right, malformed] = [records.filter(isRight), records.filter((record) => !isRight(record))].map((some) => some.map(({ key }) => key).sort()) as [string[], string[]]
  assert.ok(right.length > 20 && malformed.length > 100, `${right.length} right, ${malformed.length} malformed`)
  await send('shop.products', records)
  // one behind them in every partition
  const last = Array.from({ length: 6 }, (_, partition) => ({ key: `last-${mark}-${partition}`, partition, value: Buffer.from(JSON.stringify({ ...sample, product_id: `last-${mark}-${partition}` })) }))
  await send('shop.products', last)
  await eventually('the last ones in PostgreSQL', async () => {
    const stored = await idsInPostgres(env)
    return last.every(({ key }) => stored.has(key)) || 'not there'
  })
  assert.deepEqual((await keysIn('shop.products.dlq')).sort(), malformed)
  assert.deepEqual((await keysIn('catalog.products')).filter((key) => key.startsWith('fuzz')).sort(), right)
  const refused = await keysIn('connect.dlq')
  await eventually('every right one in PostgreSQL', async () => {
    const stored = [...(await idsInPostgres(env))].filter((id) => id.startsWith(`fuzz-${mark}`))
    return JSON.stringify([...stored, ...refused].sort()) === JSON.stringify(right) || `${stored.length} stored, ${refused.length} refused by the sink`
  })
  await allRunning()
  await send('shop.products', [...records, ...last].map((record) => ({ ...record, value: null })))
})

test('garbage in the ban list: each malformed record is one dead letter, the rules in force stay readable and changeable', async () => {
  const rule = { rule: `brand:fuzz ${mark}`, kind: 'brand', value: `Fuzz ${mark}`, reason: 'проба', by: 'a@b', at: '2026-01-01T00:00:00Z', change: mark }
  const values = damaged([rule, { ...rule, kind: 'sku', rule: `sku:fuzz ${mark}` }])
  const records = values.map((value, index) => ({ key: index % 5 === 0 ? `brand:other ${mark}` : rule.rule, value, partition: index % 6 }))
  const malformed = records.filter(({ key, value }) => !readRule(key, value))
  assert.ok(malformed.length > 100 && malformed.length < records.length, `${malformed.length} malformed`)
  await send('catalog.bans', records)
  const effect = JSON.parse(await succeed('banned', ['add', '--brand', `After ${mark}`, '--json']))
  assert.equal(effect.change, 'added')
  assert.equal((await keysIn('shop.products.dlq')).filter((key) => key.startsWith('brand:')).length, malformed.length)
  const listed: { rule: string; inForce: boolean }[] = JSON.parse(await succeed('banned', ['list', '--json']))
  assert.deepEqual(listed.filter(({ inForce }) => inForce).map(({ rule: each }) => each).filter((each) => each.includes(mark)).sort(), [`brand:after ${mark}`, rule.rule])
  assert.equal(JSON.parse(await succeed('banned', ['remove', '--brand', `After ${mark}`, '--json'])).change, 'removed')
  await send('catalog.bans', [rule.rule, `brand:other ${mark}`].flatMap((key) => Array.from({ length: 6 }, (_, partition) => ({ key, partition, value: null }))))
})

test('garbage among the recommendations: each record is a row or one dead letter, and the sink goes on', async () => {
  const document = { user_id: 'анна', computed_at: '2026-03-01T00:00:00Z', model: 'als', items: [{ product_id: '10101', score: 0.5, reason: 'bought together with «Чай»' }] }
  const records = damaged([document]).map((value, index) => ({ key: `фузз-${mark}-${index}`, value }))
  // its dead letter is larger than it is
  records.push({ key: `фузз-${mark}-large`, value: Buffer.from(`{"${'я'.repeat(523_000)}":1}`) })
  const isJson = (value: Buffer) => {
    try {
      return typeof JSON.parse(value.toString()) === 'object'
    } catch {
      return false
    }
  }
  const whole = records.filter(({ value }) => value.toString() === JSON.stringify(document)).map(({ key }) => key)
  await send('analytics.recommendations', records)
  const last = { key: `фузз-${mark}-last`, value: Buffer.from(JSON.stringify(document)) }
  let [rows, dead]: [string[], string[]] = [[], []]
  await eventually('every record in PostgreSQL or in the dead-letter topic', async () => {
    const found = await withPostgres(env, 'operator', (db) => db.query('select user_id from recommendations where position($1 in user_id) > 0', [mark]))
    rows = z.array(z.object({ user_id: z.string() })).parse(found.rows).map(({ user_id }) => user_id)
    dead = (await keysIn('connect.dlq')).filter((key) => key.startsWith('фузз'))
    return rows.length + dead.length >= records.length || `${rows.length} rows, ${dead.length} dead letters of ${records.length}`
  })
  assert.deepEqual([...rows, ...dead].sort(), records.map(({ key }) => key).sort())
  assert.ok(dead.length > 100 && whole.length > 10)
  assert.deepEqual(whole.filter((key) => dead.includes(key)), [])
  assert.deepEqual(records.filter(({ key, value }) => rows.includes(key) && !isJson(value)).map(({ key }) => key), [])
  await succeed(shop, ['send', 'data/products.json'])
  await send('analytics.recommendations', [last])
  await eventually('a right one to be served', async () => JSON.parse(await succeed(client, ['recommend', last.key, '--json'])).known || 'not there')
  for (const user of rows.filter((key) => !whole.includes(key)).slice(0, 3)) await succeed(client, ['recommend', user, '--json'])
  await allRunning()
  await send('analytics.recommendations', [...records, last].map(({ key }) => ({ key, value: null })))
})
