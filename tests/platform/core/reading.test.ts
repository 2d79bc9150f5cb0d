import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, test } from 'node:test'
import { followTopic, kafkaClient, topicOffsets, withAdmin, withProducer } from '../../../clients/kafka.ts'
import { until } from '../../../tasks/lib/until.ts'
import { bootstrapped, env } from '../platform.ts'

before(bootstrapped)

const topic = 'client.events'
const operator = () => kafkaClient(env, 'operator')
const groups = () => withAdmin(operator(), async (admin) => (await admin.listGroups()).groups.map(({ groupId }) => groupId))
const send = (key: string) => withProducer(kafkaClient(env, 'client-api'), (producer) => producer.send({ topic, messages: [{ key, value: '{}' }] }))

test('a reader whose group is rebalanced meanwhile is given each record once', async () => {
  const [mark, seen, others] = [randomUUID(), [] as string[], new Set(await groups())]
  const { end } = await topicOffsets(operator(), topic)
  const reading = followTopic(operator(), 'operator', {
    topic,
    from: end,
    awaited: 'the last of two events',
    timeoutMs: 60_000,
    onRecord: ({ key }) => {
      if (key?.startsWith(mark)) seen.push(key)
      return key === `${mark}-last`
    },
  })
  await send(`${mark}-first`)
  await until({ code: 'TEST', awaited: 'the first event', timeoutMs: 30_000, hint: '' }, async () => seen.length > 0 || 'none yet')

  const groupId = (await groups()).find((each) => each.startsWith('operator-') && !others.has(each)) ?? assert.fail('the reader has a group')
  const second = operator().consumer({ groupId })
  await second.connect()
  await second.subscribe({ topic })
  const joined = new Promise((resolve) => second.on('consumer.group_join', resolve))
  await second.run({ eachMessage: async () => {} })
  await joined
  await second.disconnect()

  await send(`${mark}-last`)
  await reading
  assert.deepEqual(seen, [`${mark}-first`, `${mark}-last`])
})
