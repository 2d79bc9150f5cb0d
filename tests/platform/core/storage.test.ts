import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { connectRest } from '../../../clients/connect.ts'
import { kafkaClient, readTopic, withProducer } from '../../../clients/kafka.ts'
import { enabledServices, loadServices } from '../../../tasks/lib/compose.ts'
import { idsInPostgres } from '../../../tasks/lib/observe.ts'
import { signalGroup } from '../../../tasks/lib/processes.ts'
import { down, processOf, restart } from '../../../tasks/lib/stack.ts'
import { until } from '../../../tasks/lib/until.ts'
import { bootstrapped, client, env, run, shop, succeed } from '../platform.ts'

before(bootstrapped)

const [sample] = JSON.parse(readFileSync(join(env.root, 'data/products.json'), 'utf8'))
const mark = randomUUID().slice(0, 8)
const eventually = (awaited: string, look: () => Promise<true | string>) => until({ code: 'TEST', awaited, timeoutMs: 60_000, everyMs: 200, hint: '' }, look)
const put = (topic: string, key: string, value: string | null, principal = 'operator') => withProducer(kafkaClient(env, principal), (producer) => producer.send({ topic, acks: -1, messages: [{ key, value }] }))
const product = (id: string, more: object = {}) => JSON.stringify({ ...sample, product_id: id, sku: `S-${id}`, ...more })

test('a record the sink can’t take goes to its dead-letter queue, and the sink goes on', async () => {
  const [bad, good] = [`bad-${mark}`, `good-${mark}`]
  await put('catalog.products', bad, '{"product_id": 1, "name": [')
  await put('catalog.products', good, product(good))
  await eventually('the good record in PostgreSQL', async () => (await idsInPostgres(env)).has(good) || 'not there')
  const keys: (string | null)[] = []
  await readTopic(kafkaClient(env, 'operator'), 'operator', 'connect.dlq', ({ key }) => void keys.push(key))
  assert.deepEqual(keys.filter((key) => key === bad), [bad])
  const states = Object.values(await connectRest(env, 'connect').connectors()).flatMap(({ status }) => status.tasks.map(({ state }) => state))
  assert.deepEqual(states, states.map(() => 'RUNNING'))
  for (const key of [bad, good]) await put('catalog.products', key, null)
  await eventually('the tombstone to delete the row', async () => !(await idsInPostgres(env)).has(good) || 'still there')
})

test('PostgreSQL goes away and comes back: the sink catches up by itself', async () => {
  const postgres = loadServices(env).find(({ name }) => name === 'postgres') ?? assert.fail('postgres is a service')
  await down(env, [postgres])
  assert.equal(processOf(env, postgres), undefined)
  const id = `outage-${mark}`
  await put('shop.products', id, product(id, { name: `Переживший сбой ${mark}` }), 'shop-api')
  const { code, stderr } = await run(client, ['search', 'чайник'])
  assert.equal(code, 1, stderr)
  assert.match(stderr, /\[POSTGRES_UNREACHABLE\]\n {2}→ task status/)
  await succeed('up')
  await eventually('the product sent meanwhile', async () => (await idsInPostgres(env)).has(id) || 'not there')
  assert.match(await succeed(client, ['search', mark, '--json']), new RegExp(id))
})

test('with Kafka down a search still answers, with a warning; sending products fails and says so', async () => {
  const nobody = { KAFKA_1_PORT: '9', KAFKA_2_PORT: '9', KAFKA_3_PORT: '9' }
  await succeed(shop, ['send', 'data/products.json'])
  await eventually('a product to be found', async () => JSON.parse(await succeed(client, ['search', 'чайник', '--json'])).results.length > 0 || 'none')
  const started = performance.now()
  const { code, stdout, stderr } = await run(client, ['search', 'чайник', '--json'], { env: nobody })
  assert.equal(code, 0, stderr)
  assert.ok(JSON.parse(stdout).results.length > 0)
  assert.match(stderr, /not recorded/)
  assert.ok(performance.now() - started < 6_000, 'the event is not waited for')
  const sent = await run(shop, ['send', 'data/products.json'], { env: nobody })
  assert.equal(sent.code, 1, sent.stderr)
  assert.match(sent.stderr, /\[KAFKA_/)
})

test('every search and every customer action is an event in client.events', async () => {
  const user = `user-${mark}`
  const [{ product_id: id }] = JSON.parse(await succeed(client, ['search', 'чайник', '--json', '--user', user])).results
  await succeed(client, ['view', id, '--user', user])
  await succeed(client, ['cart', id, '--user', user])
  assert.match(await succeed(client, ['buy', id, '--user', user, '--quantity', '2']), /^recorded: a purchase of 2 × .*; the shop says that it has \d+, and nothing is reserved\n$/)
  await succeed(client, ['review', id, '--user', user, '--rating', '5', '--text', 'Отлично, «беру» ещё; DROP TABLE $(x)'])
  const events: Record<string, unknown>[] = []
  await readTopic(kafkaClient(env, 'operator'), 'operator', 'client.events', ({ key, value }) => void (key === user && value && events.push(JSON.parse(value.toString()))))
  assert.deepEqual(events.map(({ type }) => type), ['search', 'view', 'cart', 'purchase', 'review'])
  assert.deepEqual(events.slice(1).map(({ product_id }) => product_id), [id, id, id, id])
  const { code, stderr } = await run(client, ['view', 'no-such-product', '--user', user])
  assert.equal(code, 2, stderr)
})

test('a Connect worker counts as ready when its connectors run again: nothing to do after a restart', async () => {
  await restart(env, enabledServices(env).find(({ name }) => name === 'connect') ?? assert.fail('connect is a service'))
  assert.equal((await succeed('plan', ['connectors'])).trim(), '0 changes')
})

test('a broker that has died just now fails nobody who comes to send', async () => {
  const killed = loadServices(env).find(({ name }) => name === 'kafka-3') ?? assert.fail('kafka-3 is a service')
  signalGroup(processOf(env, killed) ?? assert.fail('it runs'), 'SIGKILL')
  // each draws a broker to ask, so many of them draw the dead one
  const sent = await Promise.all(Array.from({ length: 12 }, () => run(shop, ['send', 'data/products.json'])))
  await succeed('up')
  assert.deepEqual(sent.filter(({ code }) => code !== 0).map(({ stderr }) => stderr), [])
})
