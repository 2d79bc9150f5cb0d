import { randomUUID } from 'node:crypto'
import { putBack } from '../../../clients/interruption.ts'
import { ConfigResourceTypes, ConfigSource, type Kafka, kafkaClient, withAdmin, withProducer } from '../../../clients/kafka.ts'
import { until } from '../until.ts'
import { type Claim, judged, type Subject } from './check.ts'

const minuteMs = 60_000
const beforeMax = 'message.timestamp.before.max.ms'

/**
 * Records of a time that stops the mirror or defeats compaction, on a topic with the settings that the attacked one has now.
 * It is made for this and taken away.
 */
export function ofRecords({ env, config }: Subject): Claim[] {
  const bounded = config.clusters.primary.topics.filter(({ config: settings }) => settings[beforeMax] !== undefined)
  return bounded.map(({ name }) => ({
    name: `a record of long ago, of before time or of the future for ${name}`,
    expected: '4 of 4 refused, one of now taken',
    timeoutMs: minuteMs,
    look: async () => {
      const kafka = kafkaClient(env, 'operator')
      const scratch = `check.abuse.${randomUUID()}`
      const now = Date.now()
      const send = (at: number) => withProducer(kafka, (producer) => producer.send({ topic: scratch, messages: [{ key: 'x', value: 'x', timestamp: String(at) }] }))
      const settings = await settingsOf(kafka, name)
      try {
        await withAdmin(kafka, (admin) => admin.createTopics({ waitForLeaders: true, topics: [{ topic: scratch, numPartitions: 1, replicationFactor: 1, configEntries: settings }] }))
        const taken: number[] = []
        for (const at of [-5, 0, now - 61 * minuteMs, now + 6 * minuteMs])
          await send(at).then(() => void taken.push(at), (error: unknown) => {
            if (!(error instanceof Error && 'type' in error && error.type === 'INVALID_TIMESTAMP')) throw error
          })
        await send(now)
        return judged(taken.length === 0, taken.length === 0 ? '4 of 4 refused, one of now taken' : `taken: ${taken.join(', ')}`)
      } finally {
        await putBack('the topic of the check is gone', 'task check -- abuse', () => remove(kafka, scratch))
      }
    },
  }))
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
