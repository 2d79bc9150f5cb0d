import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { kafkaClient, readTopic, withProducer } from '../../../clients/kafka.ts'
import { canaryId } from '../../../clients/product.ts'
import { loadServices } from '../../../tasks/lib/compose.ts'
import { addBan, removeBan } from '../../../tasks/lib/bans.ts'
import { signalGroup } from '../../../tasks/lib/processes.ts'
import { processOf } from '../../../tasks/lib/stack.ts'
import { until } from '../../../tasks/lib/until.ts'
import { bootstrapped, env, run, shop, succeed } from '../platform.ts'

before(bootstrapped)

const scratch = mkdtempSync(join(tmpdir(), 'vygodno-stores-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const [sample] = JSON.parse(readFileSync(join(env.root, 'data/products.json'), 'utf8'))
const mark = randomUUID().slice(0, 8)
const operator = () => kafkaClient(env, 'operator')
const own = 'shop.products.canary'
const eventually = (awaited: string, look: () => Promise<true | string>) => until({ code: 'TEST', awaited, timeoutMs: 60_000, everyMs: 300, hint: '' }, look)

const product = (id: string, store: string, price: number) => JSON.stringify({ ...sample, product_id: id, sku: id, brand: `Лавка ${mark}`, store_id: store, price: { amount: price, currency: 'RUB' } })

async function send(principal: string, topic: string, key: string, value: string | null): Promise<void> {
  await withProducer(kafkaClient(env, principal), (producer) => producer.send({ topic, acks: -1, messages: [{ key, value }] }))
}

/** What is listed under an id, as its store and price. */
async function listed(id: string): Promise<string> {
  let seen = 'nothing'
  await readTopic(operator(), 'operator', 'catalog.products', ({ key, value }) => {
    if (key !== id) return
    const { store_id, price } = value ? JSON.parse(value.toString()) : { store_id: '', price: { amount: '' } }
    seen = value ? `${store_id} ${price.amount}` : 'nothing'
  })
  return seen
}

/** How often a record of an id was set aside as another store's. */
async function setAside(id: string): Promise<number> {
  let letters = 0
  await readTopic(operator(), 'operator', 'shop.products.dlq', ({ key, headers }) => void (key === id && String(headers.reason) === 'foreign-product' && letters++))
  return letters
}

const shows = (id: string, expected: string) => eventually(`${id} as ${expected}`, async () => (await listed(id)) === expected || (await listed(id)))
const refused = (id: string, times: number) => eventually(`${times} dead letters of ${id}`, async () => (await setAside(id)) === times || `${await setAside(id)}`)

test('price 1, take-over and withdrawal by another store, or by another identity, change nothing; its own store does', async () => {
  const id = `own-${mark}`
  await send('shop-api', 'shop.products', id, product(id, 'store_001', 100))
  await shows(id, 'store_001 100')
  await send('shop-api', 'shop.products', id, product(id, 'store_002', 1))
  await send('canary', own, id, product(id, 'store_001', 1))
  await send('canary', own, id, product(id, canaryId, 1))
  await send('canary', own, id, null)
  await succeed(shop, ['withdraw', id, '--store', 'store_002'])
  await refused(id, 5)
  assert.equal(await listed(id), 'store_001 100')
  // the record of store_002, and then a withdrawal, have come over it in the topic: a filter that begins anew knows it all the same
  signalGroup(processOf(env, loadServices(env).find(({ name }) => name === 'product-filter') ?? assert.fail()) ?? assert.fail('the filter runs'), 'SIGKILL')
  await succeed('up')
  assert.equal((await addBan(env, 'brand', `Лавка ${mark}`, 'проба')).retracted, 1)
  assert.equal((await removeBan(env, 'brand', `Лавка ${mark}`)).reinstated, 1)

  await send('shop-api', 'shop.products', id, product(id, 'store_001', 99))
  await shows(id, 'store_001 99')
  await succeed(shop, ['withdraw', id, '--store', 'store_001'])
  await shows(id, 'nothing')
  await send('shop-api', 'shop.products', id, product(id, 'store_002', 1))
  await refused(id, 6)
  assert.equal(await listed(id), 'nothing')
})

test('the canary can write its own topic only, and its ids are closed to shops', async () => {
  await assert.rejects(send('canary', 'shop.products', `x-${mark}`, null), /Not authorized to access topics/)
  await assert.rejects(send('shop-api', own, `x-${mark}`, null), /Not authorized to access topics/)
  const id = `${canaryId}-${mark}`
  await send('shop-api', 'shop.products', id, product(id, 'store_001', 1))
  await send('shop-api', 'shop.products', id, product(id, canaryId, 1))
  await refused(id, 2)
  assert.equal(await listed(id), 'nothing')
  await send('canary', own, id, product(id, canaryId, 0))
  await shows(id, `${canaryId} 0`)
  await send('canary', own, id, null)
  await shows(id, 'nothing')
})

test('shop send says as which store it sends, and refuses products of others by file and line', async () => {
  const file = join(scratch, 'goods.jsonl')
  const [one, other, none] = [`file-${mark}-1`, `file-${mark}-2`, `file-${mark}-3`]
  writeFileSync(file, [product(one, 'store_003', 5), product(other, 'store_004', 5), product(none, 'store_099', 5)].join('\n'))
  const as = await run(shop, ['send', file, '--store', 'store_003', '--skip-bad'])
  assert.equal(as.code, 0, as.stderr)
  assert.match(as.stderr, /as store_003, by shop-api/)
  assert.match(as.stderr, /goods\.jsonl:2: foreign-product store_id: expected "store_003", got "store_004"/)
  assert.match(as.stdout, /sent 1 product .*2 bad skipped/)
  const all = await run(shop, ['send', file])
  assert.equal(all.code, 2)
  assert.match(all.stderr, /as shop-api, for 12 stores/)
  assert.match(all.stderr, /goods\.jsonl:3: foreign-product store_id: expected a store that shop-api sends for \(config\/stores\.yaml\), got "store_099"/)
  await shows(other, 'store_004 5')
  const unknown = await run(shop, ['send', file, '--store', 'store_03'])
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /got "store_03" — did you mean "store_003"\?/)
})

test('a moderator gives a product to another store; the old one can neither change nor withdraw it', async () => {
  const id = `given-${mark}`
  await send('shop-api', 'shop.products', id, product(id, 'store_005', 10))
  await shows(id, 'store_005 10')
  const given = JSON.parse(await succeed('transfer', [id, 'store_006', '--reason', 'проба', '--json']))
  assert.deepEqual({ ...given, change: '' }, { product_id: id, from: 'store_005', to: 'store_006', change: '' })
  assert.match(await succeed('transfer', [id, 'store_006']), /already so/)
  await send('shop-api', 'shop.products', id, product(id, 'store_005', 1))
  await succeed(shop, ['withdraw', id, '--store', 'store_005'])
  await refused(id, 2)
  assert.equal(await listed(id), 'store_005 10')
  await send('shop-api', 'shop.products', id, product(id, 'store_006', 12))
  await shows(id, 'store_006 12')
  await assert.rejects(send('shop-api', 'catalog.owners', id, null), /Not authorized to access topics/)
  for (const [args, problem] of [[[id, 'store_06'], /did you mean "store_006"/], [[canaryId, 'store_006'], /vygodno-canary/], [[id, canaryId], /STORE_UNKNOWN/]] as const) {
    const { code, stderr } = await run('transfer', [...args])
    assert.equal(code, 2, stderr)
    assert.match(stderr, problem)
  }
})
