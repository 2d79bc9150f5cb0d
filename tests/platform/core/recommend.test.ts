import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { clientEventSchema } from '../../../apps/client-api/event.ts'
import { kafkaClient, readTopic, topicOffsets, withProducer } from '../../../clients/kafka.ts'
import { addBan, removeBan } from '../../../tasks/lib/bans.ts'
import { until } from '../../../tasks/lib/until.ts'
import { bootstrapped, client, env, run, shop, succeed } from '../platform.ts'

const mark = randomUUID().slice(0, 8)
const scratch = mkdtempSync(join(tmpdir(), 'симуляция-'))
const [first, second, popular] = ['10101', '10501', '10601']
const eventually = (awaited: string, look: () => Promise<true | string>) =>
  until({ code: 'TEST', awaited, timeoutMs: 60_000, everyMs: 200, hint: '' }, look)

before(async () => {
  await bootstrapped()
  await succeed(shop, ['send', 'data/products.json'])
})
after(() => rmSync(scratch, { recursive: true }))

const item = (product_id: string, score: number) => ({ product_id, score, reason: `проба ${mark}` })
const write = (user: string, value: string | null, principal = 'analytics') =>
  withProducer(kafkaClient(env, principal), (producer) =>
    producer.send({ topic: 'analytics.recommendations', acks: -1, messages: [{ key: user, value }] }),
  )
const document = (user: string, ids: string[]) =>
  JSON.stringify({
    user_id: user,
    computed_at: new Date().toISOString(),
    model: 'als',
    items: ids.map((id, at) => item(id, 1 - at / 10)),
  })
const answerShape = z.object({
  known: z.boolean(),
  items: z.array(z.object({ product_id: z.string(), personal: z.boolean(), reason: z.string().nullable() })),
})
const ask = async (user: string) => answerShape.parse(JSON.parse(await succeed(client, ['recommend', user, '--json'])))
const ids = async (user: string) => (await ask(user)).items.map(({ product_id }) => product_id)

test('what the analytics principal writes is served, and nobody else may write it', async () => {
  const user = `анна-${mark}`
  await eventually('the products', async () =>
    (await run(client, ['view', popular])).code === 0 && (await run(client, ['view', first])).code === 0 || 'not there',
  )
  await assert.rejects(write(user, document(user, [popular]), 'client-api'), /[Nn]ot authorized/)
  await write(user, document(user, [first, second]))
  await write('*', document('*', [popular, first]))
  await eventually('the recommendations', async () => (await ids(user)).join() === [first, second, popular].join() || 'not there')
  const { known, items } = await ask(user)
  assert.equal(known, true)
  assert.deepEqual(items.map(({ personal }) => personal), [true, true, false])
  assert.equal(items[0]?.reason, `проба ${mark}`)
  await write(user, null)
  await eventually('the retraction', async () => !(await ask(user)).known || 'still there')
})

test('a banned product is gone from the recommendations at once, and comes back when the ban is lifted', async () => {
  const user = `ban-${mark}`
  await write(user, document(user, [first, second]))
  await eventually('the recommendations', async () => (await ids(user)).slice(0, 2).join() === [first, second].join() || 'not there')
  try {
    await addBan(env, 'id', first, `recommendation test ${mark}`)
    await eventually('the banned one to be gone', async () => !(await ids(user)).includes(first) || 'still there')
    assert.equal((await ids(user))[0], second)
  } finally {
    await removeBan(env, 'id', first)
  }
  await eventually('it to be back', async () => (await ids(user))[0] === first || 'not there')
})

test('an unknown user gets what is popular, labelled so; the request is an event, without Kafka a warning', async () => {
  const user = `чужой-${mark}`
  await write('*', document('*', [popular, first]))
  await eventually('the fallback', async () => (await ids(user)).join() === [popular, first].join() || 'not there')
  const { code, stdout, stderr } = await run(client, ['recommend', user, '--limit', '1'])
  assert.equal(code, 0, stderr)
  assert.match(stderr, /no recommendations for чужой-.* yet: this is popular now/)
  assert.match(stdout, new RegExp(`\t${popular}\tpopular now\n$`))
  const results: number[] = []
  await readTopic(kafkaClient(env, 'operator'), 'operator', 'client.events', ({ key, value }) => {
    if (key !== user || !value) return
    const event = clientEventSchema.parse(JSON.parse(value.toString()))
    if (event.type === 'recommend') results.push(event.results)
  })
  assert.equal(results.at(-1), 1)
  const down = await run(client, ['recommend', user], { env: { KAFKA_1_PORT: '9', KAFKA_2_PORT: '9', KAFKA_3_PORT: '9' } })
  assert.equal(down.code, 0, down.stderr)
  assert.match(down.stdout, new RegExp(`\t${popular}\tpopular now\n`))
  assert.match(down.stderr, /this request was not recorded/)
})

test('a recommendation that can’t be served goes to the dead-letter queue, and the sink goes on', async () => {
  const [bad, good] = [`bad-${mark}`, `good-${mark}`]
  await write(bad, '{"model":"als","items":[{}]}')
  await write(good, document(good, [second]))
  await eventually('the good one', async () => (await ask(good)).known || 'not there')
  assert.equal((await ask(bad)).known, false)
  const keys: (string | null)[] = []
  await readTopic(kafkaClient(env, 'operator'), 'operator', 'connect.dlq', ({ key }) => void keys.push(key))
  assert.deepEqual(keys.filter((key) => key === bad), [bad])
})

test('simulated events arrive in the topic, each user’s in order, and are those that a file would hold', async () => {
  const kafka = kafkaClient(env, 'operator')
  const { end } = await topicOffsets(kafka, 'client.events')
  const file = join(scratch, 'события.jsonl')
  const scenario = ['simulate', '--users', '40', '--events', '2000', '--seed', '3', '--until', '2026-03-01T00:00:00Z']
  const sent = JSON.parse(await succeed(client, [...scenario, '--malformed', '2', '--json']))
  assert.deepEqual([sent.sent, sent.users], [2_002, 40])
  await succeed(client, [...scenario, '--file', file])
  const read: { key: string | null; value: string; timestampMs: number }[] = []
  const record = (each: { key: string | null; value: Buffer | null; timestampMs: number }) =>
    void read.push({ ...each, value: each.value?.toString() ?? '' })
  await readTopic(kafka, 'operator', 'client.events', record, end)
  const simulated = read.filter(({ key }) => key?.startsWith('sim3-'))
  assert.equal(read.length - simulated.length, 2, 'the malformed ones')
  // retention goes by the record's time: an event of two months ago must not be deleted on arrival
  assert.ok(read.every(({ timestampMs }) => Date.now() - timestampMs < 600_000))
  const byUser = (values: string[]) => {
    const lines = new Map<string, string[]>()
    for (const value of values) {
      const { user_id } = clientEventSchema.parse(JSON.parse(value))
      lines.set(user_id, [...(lines.get(user_id) ?? []), value])
    }
    return lines
  }
  const written = byUser(readFileSync(file, 'utf8').trimEnd().split('\n'))
  const arrived = byUser(simulated.map(({ value }) => value))
  assert.deepEqual([...arrived.keys()].sort(), [...written.keys()].sort())
  for (const [user, values] of written) assert.deepEqual(arrived.get(user), values, user)
  assert.deepEqual(simulated.filter(({ key, value }) => JSON.parse(value).user_id !== key), [])
})

test('Ctrl-C ends a simulation in good order; what it says was sent has arrived', async () => {
  const kafka = kafkaClient(env, 'operator')
  const before = (await topicOffsets(kafka, 'client.events')).end
  let interrupted = false
  const running = run(client, ['simulate', '--users', '100', '--events', '5000000', '--seed', '4'], {
    env: { CI: 'true' },
    onStderr: (text, kill) => {
      // a second one would end it at once
      if (!interrupted && /… \d+ sent/.test(text)) kill('SIGINT')
      interrupted ||= text.includes(' sent')
    },
  })
  const { code, stderr } = await running
  assert.equal(code, 130, stderr)
  const said = Number(/interrupted \(SIGINT\); (\d+) sent/.exec(stderr)?.[1])
  assert.ok(said > 0, stderr)
  const behind = (await topicOffsets(kafka, 'client.events')).end
  const arrived = [...behind].reduce((sum, [partition, offset]) => sum + Number(offset - (before.get(partition) ?? 0n)), 0)
  assert.equal(arrived, said)
})
