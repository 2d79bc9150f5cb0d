import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { TimeoutError } from '../../../clients/errors.ts'
import { kafkaClient, readTopic, topicOffsets, withProducer } from '../../../clients/kafka.ts'
import { addBan, removeBan } from '../../../tasks/lib/bans.ts'
import { loadServices } from '../../../tasks/lib/compose.ts'
import { difference, idsInFile, idsInPostgres } from '../../../tasks/lib/observe.ts'
import { signalGroup } from '../../../tasks/lib/processes.ts'
import { processOf } from '../../../tasks/lib/stack.ts'
import { until } from '../../../tasks/lib/until.ts'
import { bootstrapped, env, succeed } from '../platform.ts'

before(bootstrapped)

const [sample] = JSON.parse(readFileSync(join(env.root, 'data/products.json'), 'utf8'))
const run = randomUUID().slice(0, 8)
const filter = loadServices(env).find(({ name }) => name === 'product-filter') ?? assert.fail('product-filter is a service')

function killFilter(): void {
  signalGroup(processOf(env, filter) ?? assert.fail('the filter runs'), 'SIGKILL')
}

/** Sends products with these ids; every fifth has a brand that is banned. */
async function send(ids: string[]): Promise<void> {
  const messages = ids.map((id, index) => ({ key: id, value: JSON.stringify({ ...sample, product_id: id, sku: `K-${id}`, brand: index % 5 === 0 ? `Запретный ${run}` : `Годный ${run}` }) }))
  await withProducer(kafkaClient(env, 'shop-api', 'patient'), async (producer) => {
    for (let at = 0; at < messages.length; at += 100) await producer.send({ topic: 'shop.products', acks: -1, messages: messages.slice(at, at + 100) })
  })
}

const eventually = (awaited: string, look: () => Promise<true | string>) => until({ code: 'TEST', awaited, timeoutMs: 60_000, everyMs: 300, hint: '' }, look)

test('kill -9 of the filter, again and again while products flow: nothing lost, doubled or let through', async () => {
  const { end } = await topicOffsets(kafkaClient(env, 'operator'), 'catalog.products')
  await addBan(env, 'brand', `Запретный ${run}`, 'kill test')
  const ids = Array.from({ length: 3_000 }, (_, index) => `kill-${run}-${index}`)
  const allowed = new Set(ids.filter((_, index) => index % 5 !== 0))
  for (let part = 0; part < 3; part++) {
    const sending = send(ids.slice(part * 1_000, (part + 1) * 1_000))
    killFilter()
    await succeed('up')
    await sending
  }
  const written = new Map<string, number>()
  await eventually(`${allowed.size} products in catalog.products`, async () => {
    written.clear()
    await readTopic(kafkaClient(env, 'operator'), 'operator', 'catalog.products', ({ key }) => void (key?.startsWith(`kill-${run}`) && written.set(key, (written.get(key) ?? 0) + 1)), end)
    return written.size >= allowed.size || `${written.size}`
  })
  assert.equal(difference(allowed, new Set(written.keys())), '')
  assert.deepEqual([...written].filter(([, times]) => times !== 1), [], 'each product was written once')

  // state survived the kills: lifting the ban reinstates exactly what it held back, banning the others retracts them
  const lifted = await removeBan(env, 'brand', `Запретный ${run}`)
  assert.equal(lifted.reinstated, ids.length - allowed.size)
  killFilter()
  await succeed('up')
  const banned = await addBan(env, 'brand', `Годный ${run}`, 'kill test')
  assert.equal(banned.retracted, allowed.size)
  for (const [place, read] of [['PostgreSQL', idsInPostgres], ['the file', idsInFile]] as const)
    await eventually(`only the reinstated products in ${place}`, async () => {
      const ours = new Set([...(await read(env))].filter((id) => id.startsWith(`kill-${run}`)))
      const wrong = difference(new Set(ids.filter((id) => !allowed.has(id))), ours)
      return wrong === '' || wrong
    })
})

test('a malformed record over a listed product neither replaces nor hides it, even after a restart on an empty state', async () => {
  const id = `hole-${run}`
  await withProducer(kafkaClient(env, 'shop-api'), async (producer) => {
    await producer.send({ topic: 'shop.products', acks: -1, messages: [{ key: id, value: JSON.stringify({ ...sample, product_id: id, brand: `Дыра ${run}` }) }] })
    await producer.send({ topic: 'shop.products', acks: -1, messages: [{ key: id, value: '{"product_id": broken' }] })
  })
  await eventually('the product in PostgreSQL', async () => (await idsInPostgres(env)).has(id) || 'not there')
  // under exactly-once an unclean end makes Kafka Streams throw the local state away and restore it from the topics
  killFilter()
  await succeed('up')
  assert.equal((await addBan(env, 'brand', `Дыра ${run}`, 'hole test')).retracted, 1)
  assert.equal((await removeBan(env, 'brand', `Дыра ${run}`)).reinstated, 1)
})

test('a rule given twice is already so; two overlapping rules hold a product until both are lifted', async () => {
  const id = `twice-${run}`
  await withProducer(kafkaClient(env, 'shop-api'), (producer) => producer.send({ topic: 'shop.products', acks: -1, messages: [{ key: id, value: JSON.stringify({ ...sample, product_id: id, brand: `Марка ${run}`, name: `Ёлочка зелёная ${run}` }) }] }))
  await eventually('the product in PostgreSQL', async () => (await idsInPostgres(env)).has(id) || 'not there')
  assert.equal((await addBan(env, 'words', `${run} ЕЛОЧКА`, 'overlap')).retracted, 1)
  assert.equal((await addBan(env, 'words', `${run} ёлочка`, 'overlap')).change, 'already so')
  assert.deepEqual(await addBan(env, 'brand', `Марка ${run}`, 'overlap').then(({ retracted, blocked }) => ({ retracted, blocked })), { retracted: 0, blocked: 1 })
  assert.equal((await removeBan(env, 'words', `${run} ёлочка`)).reinstated, 0)
  assert.equal((await removeBan(env, 'brand', `Марка ${run}`)).reinstated, 1)
  assert.equal((await removeBan(env, 'brand', `Марка ${run}`)).change, 'already so')

  // a look-alike is named, and lifts nothing
  const lookalike = `${run} ёлочкa`
  assert.equal((await addBan(env, 'words', `${run} ёлочка`, 'again')).alike, undefined)
  await assert.rejects(removeBan(env, 'words', lookalike), { code: 'BAN_REFUSED', message: new RegExp(`whose letters differ from words:${run} елочка`) })
  assert.equal((await addBan(env, 'words', lookalike, 'twin')).alike, `words:${run} елочка`)
  assert.equal((await removeBan(env, 'words', lookalike)).change, 'removed')
  assert.equal((await removeBan(env, 'words', `${run} ёлочка`)).change, 'removed')
})

test('a rule does not wait behind the products that wait already', async () => {
  const word = `Затор ${run}`
  const { end } = await topicOffsets(kafkaClient(env, 'operator'), 'catalog.bans')
  killFilter()
  const messages = Array.from({ length: 300 }, (_, index) => `jam-${run}-${index}`)
    .map((id) => ({ key: id, value: JSON.stringify({ ...sample, product_id: id, sku: `J-${id}`, brand: word }) }))
  await withProducer(kafkaClient(env, 'shop-api'), (producer) => producer.send({ topic: 'shop.products', acks: -1, messages }))
  const { end: listedUntil } = await topicOffsets(kafkaClient(env, 'operator'), 'catalog.products')
  // its answer may come later than the command waits for it: the filter has to start first
  const adding = addBan(env, 'brand', word, 'rules first').catch((error: unknown) => {
    if (!(error instanceof TimeoutError)) throw error
  })
  await eventually('the rule in every partition', async () => {
    const { end: now } = await topicOffsets(kafkaClient(env, 'operator'), 'catalog.bans')
    return [...now].every(([partition, offset]) => offset > (end.get(partition) ?? 0n)) || 'not yet'
  })
  await succeed('up')
  assert.equal((await adding)?.retracted ?? 0, 0, 'none was listed before the rule was looked at')
  await eventually('all held back', async () => {
    const blocked = new Set<string>()
    await readTopic(kafkaClient(env, 'operator'), 'operator', 'catalog.blocked', ({ key }) => void (key?.startsWith(`jam-${run}`) && blocked.add(key)))
    return blocked.size === messages.length || `${blocked.size}`
  })
  const listed: string[] = []
  await readTopic(kafkaClient(env, 'operator'), 'operator', 'catalog.products', ({ key }) => void (key?.startsWith(`jam-${run}`) && listed.push(key)), listedUntil)
  assert.deepEqual(listed, [], 'none was listed before the rule was looked at')
})
