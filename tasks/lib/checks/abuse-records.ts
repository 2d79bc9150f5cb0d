import { randomUUID } from 'node:crypto'
import type { Environment } from '../../../clients/environment.ts'
import { putBack } from '../../../clients/interruption.ts'
import { CompressionTypes, ConfigResourceTypes, ConfigSource, type Kafka, kafkaClient, type Message, withAdmin, withProducer } from '../../../clients/kafka.ts'
import { until } from '../until.ts'
import { type Claim, judged, type Subject } from './check.ts'

const minuteMs = 60_000
const beforeMax = 'message.timestamp.before.max.ms'
const { GZIP, None } = CompressionTypes
const plain = (timestamp = Date.now()): Message => ({ key: 'x', value: 'x', timestamp: String(timestamp) })

/** Sends one record; what it is refused with, by the protocol's name, or nothing. */
type Send = (message: Message, compression?: number) => Promise<string | undefined>

/** Records that stop readers, sent to a topic with the settings that the attacked one has now, made for this and taken away. */
export function ofRecords({ env, config }: Subject): Claim[] {
  const bounded = config.clusters.primary.topics.filter(({ config: settings }) => settings[beforeMax] !== undefined)
  return [
    ...bounded.map(({ name }): Claim => ({
      name: `a record of long ago, of before time or of the future for ${name}`,
      expected: '4 of 4 refused, one of now taken',
      timeoutMs: minuteMs,
      look: () => onScratch(env, name, async (send) => {
        const now = Date.now()
        const refusals: (string | undefined)[] = []
        for (const at of [-5, 0, now - 61 * minuteMs, now + 6 * minuteMs]) refusals.push(await send(plain(at)))
        return seen(refusals, 'INVALID_TIMESTAMP', await send(plain()))
      }),
    })),
    {
      name: 'a record that becomes a thousand times as large when it is decompressed',
      expected: '1 of 1 refused, one of now taken',
      timeoutMs: minuteMs,
      look: () => onScratch(env, 'shop.products', async (send) =>
        seen([await send({ key: 'x', value: ' '.repeat(8_000_000) }, GZIP)], 'MESSAGE_TOO_LARGE', await send(plain(), GZIP))),
    },
  ]
}

function seen(refusals: (string | undefined)[], expected: string, twin: string | undefined) {
  const right = refusals.filter((each) => each === expected).length
  const others = refusals.filter((each) => each !== expected).map((each) => each ?? 'taken')
  const text = `${right} of ${refusals.length} refused, one of now ${twin ? `refused: ${twin}` : 'taken'}`
  return judged(others.length === 0 && twin === undefined, [text, ...others].join('; '))
}

async function onScratch<T>(env: Environment, like: string, work: (send: Send) => Promise<T>): Promise<T> {
  const kafka = kafkaClient(env, 'operator')
  const topic = `check.abuse.${randomUUID()}`
  const send: Send = (message, compression = None) =>
    withProducer(kafka, (producer) => producer.send({ topic, compression, messages: [message] })).then(() => undefined, (error: unknown) => {
      if (error instanceof Error && 'type' in error && typeof error.type === 'string') return error.type
      throw error
    })
  const configEntries = await settingsOf(kafka, like)
  try {
    await withAdmin(kafka, (admin) => admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1, replicationFactor: 1, configEntries }] }))
    return await work(send)
  } finally {
    await putBack('the topic of the check is gone', 'task check -- abuse', () => remove(kafka, topic))
  }
}

/** Returns when no broker that is asked shows it any more (KRaft metadata travels). */
async function remove(kafka: Kafka, topic: string): Promise<void> {
  await withAdmin(kafka, async (admin) => {
    await admin.deleteTopics({ topics: [topic] })
    await until({ code: 'TOPIC_NOT_DELETED', awaited: `${topic} to be gone`, timeoutMs: 10_000, hint: 'task check -- abuse' }, async () => !(await admin.listTopics()).includes(topic) || 'still there')
  })
}

async function settingsOf(kafka: Kafka, topic: string): Promise<{ name: string; value: string }[]> {
  const { resources } = await withAdmin(kafka, (admin) => admin.describeConfigs({ includeSynonyms: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }] }))
  const own = (resources[0]?.configEntries ?? []).filter(({ configSource, configName }) => configSource === ConfigSource.TOPIC_CONFIG && configName !== 'min.insync.replicas')
  // one replica is enough for what nobody reads, also where a broker is down
  return [...own.map(({ configName, configValue }) => ({ name: configName, value: configValue })), { name: 'min.insync.replicas', value: '1' }]
}
