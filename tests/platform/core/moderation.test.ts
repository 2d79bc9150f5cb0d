import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { kafkaClient, readTopic, topicOffsets, withProducer } from '../../../clients/kafka.ts'
import { addBan, removeBan } from '../../../tasks/lib/bans.ts'
import { loadServices } from '../../../tasks/lib/compose.ts'
import { idsInPostgres } from '../../../tasks/lib/observe.ts'
import { signalGroup } from '../../../tasks/lib/processes.ts'
import { loadSeedRules, missingSeedRules, partitionsWithoutRules } from '../../../tasks/lib/seed-rules.ts'
import { down, processOf } from '../../../tasks/lib/stack.ts'
import { until } from '../../../tasks/lib/until.ts'
import { bootstrapped, env, run, succeed } from '../platform.ts'

before(bootstrapped)

const [sample] = JSON.parse(readFileSync(join(env.root, 'data/products.json'), 'utf8'))
const mark = randomUUID().slice(0, 8)
const filter = loadServices(env).find(({ name }) => name === 'product-filter') ?? assert.fail('product-filter is a service')
const operator = () => kafkaClient(env, 'operator')
const everywhere = Array.from({ length: 6 }, (_, partition) => partition)
const eventually = (awaited: string, look: () => Promise<true | string>) => until({ code: 'TEST', awaited, timeoutMs: 60_000, everyMs: 300, hint: '' }, look)
const waiting = (partitions: number[]) => eventually(`partitions ${partitions.join(', ') || 'none'} without rules`, async () => JSON.stringify(await partitionsWithoutRules(env)) === JSON.stringify(partitions) || 'not yet')

type Sent = { key: Buffer | string; value: Buffer | string | null; partition?: number }
const send = (topic: string, messages: Sent[]) => withProducer(operator(), (producer) => producer.send({ topic, acks: -1, messages }))
const product = (id: string, brand: string) => ({ key: id, value: JSON.stringify({ ...sample, product_id: id, sku: `S-${id}`, brand }) })

/** How often each of our products was listed since a moment. */
async function listedSince(end: Map<number, bigint>, name: string): Promise<Map<string, number>> {
  const times = new Map<string, number>()
  await readTopic(operator(), 'operator', 'catalog.products', ({ key, value }) => void (value && key?.startsWith(`${name}-${mark}`) && times.set(key, (times.get(key) ?? 0) + 1)), end)
  return times
}

/** Everything sent is listed once or held back, after a look at it while nothing is listed. */
async function judgedLater(name: string, reopen: () => Promise<void>): Promise<void> {
  const { end } = await topicOffsets(operator(), 'catalog.products')
  const ids = Array.from({ length: 40 }, (_, index) => `${name}-${mark}-${index}`)
  await send('shop.products', ids.map((id, index) => product(id, index % 4 === 0 ? `Запрет ${mark}` : `Годный ${mark}`)))
  await eventually('the products held back', async () => {
    const held = new Set<string>()
    await readTopic(operator(), 'operator', 'catalog.blocked', ({ key, value }) => void (key && value?.includes('seed:bans') && held.add(key)))
    return ids.every((id) => held.has(id)) || `${held.size}`
  })
  assert.deepEqual([...(await listedSince(end, name))], [])
  await reopen()
  const allowed = ids.filter((_, index) => index % 4 !== 0)
  await eventually('the allowed products in PostgreSQL', async () => {
    const stored = await idsInPostgres(env)
    return allowed.every((id) => stored.has(id)) || 'not there'
  })
  assert.deepEqual([...(await listedSince(end, name))].sort(), allowed.map((id) => [id, 1]).sort())
}

test('without the mark of the list nothing is listed, which is seen; what came meanwhile is judged later, once, whatever dies', async () => {
  await addBan(env, 'brand', `Запрет ${mark}`, 'fail closed')
  await send('catalog.bans', everywhere.map((partition) => ({ partition, key: 'seed:bans', value: null })))
  await waiting(everywhere)
  const status = await run('status', ['--json'])
  assert.equal(status.code, 4)
  assert.match(status.stdout, /without rules in partitions 0, 1, 2, 3, 4, 5/)
  const check = await run('check', ['filter', '--json'])
  assert.match(check.stdout, /partitions 0, 1, 2, 3, 4, 5 have not, nothing is listed there: task apply -- bans/)
  assert.match(await succeed('plan', ['bans']), /seed:bans/)
  await judgedLater('closed', async () => {
    signalGroup(processOf(env, filter) ?? assert.fail('the filter runs'), 'SIGKILL')
    await succeed('up')
  })
  assert.equal((await succeed('plan', ['bans'])).trim(), '0 changes')
  assert.ok((await removeBan(env, 'brand', `Запрет ${mark}`)).reinstated >= 10)
})

test('a filter that lost its rules, or stems from before there were marks, gets them from the next up', async () => {
  await addBan(env, 'brand', `Запрет ${mark}`, 'lost state')
  for (const keys of [['seed:bans'], ['seed:bans', ...(JSON.parse(await succeed('banned', ['list', '--json'])) as { rule: string }[]).map(({ rule }) => rule)]]) {
    await down(env, [filter])
    rmSync(join(filter.folders.data, 'state'), { recursive: true })
    await send('product-filter-rules-changelog', everywhere.flatMap((partition) => keys.map((key) => ({ partition, key, value: null }))))
    await succeed('up')
    await waiting([])
    const { end } = await topicOffsets(operator(), 'catalog.products')
    await send('shop.products', [product(`lost-${mark}-${keys.length}`, `Годный ${mark}`), product(`lost-${mark}-bad`, `Запрет ${mark}`)])
    await eventually('the allowed product', async () => (await listedSince(end, 'lost')).size > 0 || 'not there')
    assert.deepEqual([...(await listedSince(end, 'lost')).keys()], [`lost-${mark}-${keys.length}`])
  }
  assert.equal((await removeBan(env, 'brand', `Запрет ${mark}`)).change, 'removed')
})

test('one partition alone may wait; a higher version of the list is loaded beside the rules in force', async () => {
  await send('catalog.bans', [{ partition: 2, key: 'seed:bans', value: null }])
  await waiting([2])
  await succeed('apply', ['bans'])
  await waiting([])
  // garbage is no mark and takes none away
  await send('catalog.bans', everywhere.map((partition) => ({ partition, key: 'seed:bans', value: '{"version":"x"}' })))
  assert.match(await succeed('banned', ['list']), /seed:bans/)
  await succeed('apply', ['bans'])
  await waiting([])
  assert.doesNotMatch(await succeed('banned', ['list']), /seed:bans/)
})

test('a higher version of the list brings what it adds, and not what a moderator has lifted since', async () => {
  const rule = (name: string) => ({ kind: 'brand' as const, value: `${name}-${mark}`, reason: 'versions' })
  const [kept, lifted, added] = [rule('kept'), rule('lifted'), rule('added')]
  const { version } = await missingSeedRules(env, { version: 1, rules: [] })
  const listed = async () => (JSON.parse(await succeed('banned', ['list', '--json'])) as { rule: string }[]).map((each) => each.rule).filter((id) => id.endsWith(mark)).sort()
  await loadSeedRules(env, { version: version + 1, rules: [kept, lifted] })
  await waiting([])
  await removeBan(env, 'brand', lifted.value)
  await loadSeedRules(env, { version: version + 2, rules: [kept, lifted, added] })
  assert.deepEqual(await listed(), [`brand:added-${mark}`, `brand:kept-${mark}`])
  // and for good: what lists have brought is carried over to the next mark
  await loadSeedRules(env, { version: version + 3, rules: [lifted] })
  assert.deepEqual(await listed(), [`brand:added-${mark}`, `brand:kept-${mark}`])
  await waiting([])
  for (const { value } of [kept, added]) await removeBan(env, 'brand', value)
})

test('records that are no rules blind nobody, are shown apart, and can be taken away like everything that is shown', async () => {
  const bad: Sent[] = [
    { key: `brand:${mark}`, value: '{' },
    { key: `words:…${mark}`, value: JSON.stringify({ kind: 'words', value: '…' }) },
    { key: Buffer.from([0xff, 0x01, ...Buffer.from(mark)]), value: 'x' },
    { key: `id:\u001b[31m${mark} `, value: JSON.stringify({ kind: 'id', value: `\u001b[31m${mark} ` }) },
    { key: `brand:${'я'.repeat(520)}${mark}`, value: JSON.stringify({ kind: 'brand', value: `${'я'.repeat(520)}${mark}` }) },
  ]
  await send('catalog.bans', everywhere.flatMap((partition) => bad.map((record) => ({ ...record, partition }))))
  await send('catalog.bans.applied', [{ key: `brand:${mark}`, partition: 0, value: '{' }])
  type Shown = { rule: string; inForce: boolean; problem?: string }
  const refused = async () => (JSON.parse(await succeed('banned', ['list', '--json'])) as Shown[]).filter(({ rule, inForce }) => !inForce && (rule.includes(mark) || rule.includes(Buffer.from(mark).toString('hex'))))
  const shown = await refused()
  assert.equal(shown.length, bad.length)
  for (const { problem } of shown) assert.match(problem ?? '', /^expected /)
  assert.ok(!(await succeed('banned', ['list'])).includes('\u001b[31m'))
  const file = join(env.stack, 'one.json')
  writeFileSync(file, JSON.stringify([sample]))
  await succeed('banned', ['test', file])
  assert.match((await run('check', ['filter'])).stdout, /the filter has its rules/)
  assert.equal(JSON.parse(await succeed('banned', ['add', `after-${mark}`, '--json'])).change, 'added')
  assert.equal(JSON.parse(await succeed('banned', ['remove', `after-${mark}`, '--json'])).change, 'removed')
  for (const { rule } of shown) assert.equal(JSON.parse(await succeed('banned', ['remove', '--rule', rule, '--json'])).change, 'removed')
  assert.deepEqual(await refused(), [])
})
