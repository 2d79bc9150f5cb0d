import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Client } from 'pg'
import { recommend } from '../../apps/client-api/recommend.ts'
import { loadEnvironment } from '../../clients/environment.ts'
import { startScratch } from './search-scratch.ts'

const { root } = loadEnvironment({})
const [sample] = JSON.parse(readFileSync(join(root, 'data/products.json'), 'utf8'))
let scratch: Awaited<ReturnType<typeof startScratch>>
let sink: Client
let reader: Client

before(async () => {
  scratch = await startScratch()
  sink = await scratch.connect('connect')
  reader = await scratch.connect('client-api')
  for (const id of ['a', 'b', 'c', 'd', 'popular']) await sell(id)
  await sell('none left', 0)
})
after(async () => {
  await sink.end()
  await reader.end()
  await scratch.stop()
})

const sell = (product_id: string, available = 5) =>
  sink.query('insert into products (product_id, doc) values ($1, $2)', [
    product_id,
    JSON.stringify({ ...sample, product_id, stock: { available, reserved: 0 } }),
  ])
const item = (product_id: string, score: number, because?: string) => ({
  product_id,
  score,
  reason: because ? `bought together with ${because}` : 'popular in чай',
  ...(because ? { reason_product_id: because } : {}),
})
const write = (user: string, items: object[]) =>
  sink.query('insert into recommendations values ($1, $2) on conflict (user_id) do update set doc = excluded.doc', [
    user,
    JSON.stringify({ user_id: user, computed_at: '2026-03-01T00:00:00Z', model: 'als', items }),
  ])
const ids = async (user: string, limit = 10) => (await recommend(reader, user, limit)).map(({ product_id }) => product_id)

test('a user gets what is recommended to him, best first, then what is popular, each once', async () => {
  await write('анна', [item('b', 0.9, 'a'), item('a', 0.5), item('c', 0.1)])
  await write('*', [item('popular', 9), item('a', 8)])
  const found = await recommend(reader, 'анна', 10)
  assert.deepEqual(found.map(({ product_id, personal }) => [product_id, personal]), [['b', true], ['a', true], ['c', true], ['popular', false]])
  assert.deepEqual([found[0]?.reason, found[0]?.score, found[0]?.model], ['bought together with a', 0.9, 'als'])
  assert.deepEqual(await ids('анна', 2), ['b', 'a'])
})

test('somebody unknown gets what is popular, nobody gets an error', async () => {
  assert.deepEqual(await ids('кто-то'), ['popular', 'a'])
  assert.deepEqual(await ids("'; drop table recommendations; --"), ['popular', 'a'])
  await write('пусто', [])
  assert.deepEqual(await ids('пусто'), ['popular', 'a'])
})

test('what is not on sale any more, or out of stock, is not recommended; nor is it given as a reason', async () => {
  await write('боря', [item('none left', 0.9), item('never heard of', 0.8), item('d', 0.7, 'c'), item('b', 0.6, 'd')])
  const reasons = async () => (await recommend(reader, 'боря', 2)).map(({ product_id, reason }) => [product_id, reason])
  assert.deepEqual(await reasons(), [['d', 'bought together with c'], ['b', 'bought together with d']])
  await sink.query("delete from products where product_id = 'c'")
  assert.deepEqual(await reasons(), [['d', null], ['b', 'bought together with d']])
  await sink.query("delete from products where product_id = 'd'")
  assert.deepEqual((await reasons())[0], ['b', null])
})

test('only the sink may write recommendations', async () => {
  await assert.rejects(reader.query("insert into recommendations values ('x', '{}')"), { code: '25006' })
  await reader.query('set default_transaction_read_only = off')
  await assert.rejects(reader.query("insert into recommendations values ('x', '{}')"), { code: '42501' })
  await write('x', [])
})

test('they are found among many: one user of a hundred thousand takes milliseconds', async () => {
  await sink.query(
    `insert into recommendations select 'user-' || n, $1 from generate_series(1, 100000) n`,
    [JSON.stringify({ user_id: 'x', computed_at: 'x', model: 'als', items: [item('a', 1)] })],
  )
  const started = performance.now()
  for (let turn = 0; turn < 20; turn++) assert.equal((await ids('user-77777'))[0], 'a')
  assert.ok((performance.now() - started) / 20 < 50, 'under 50 ms each')
})
