import { z } from 'zod'
import { connectRest } from '../../clients/connect.ts'
import type { Environment } from '../../clients/environment.ts'
import { kafkaClient, withAdmin } from '../../clients/kafka.ts'
import type { Collector } from './collector.ts'
import { mirrorLag, seriesOf } from './metrics.ts'

const connector = 'mirror-source'
const shape = z.array(z.object({ partition: z.object({ topic: z.string(), partition: z.int() }), offset: z.object({ offset: z.int() }) }))

/**
 * How many records MirrorMaker has still to copy. Its own latency (JMX) is that of records it has copied, so it says
 * nothing when it stands. It keeps the offset of the last record it has copied; markers of transactions count as in lag.ts.
 */
export function mirrorCollector(env: Environment): Collector {
  const rest = connectRest(env, 'mirror', 'supervisor')
  const kafka = kafkaClient(env, 'exporter')
  const show = seriesOf(mirrorLag)
  return {
    name: 'mirror',
    everyMs: 30_000,
    collect: async () => {
      const positions = shape.parse(await rest.offsets(connector))
      const topics = [...new Set(positions.map(({ partition: { topic } }) => topic))]
      const ends = await withAdmin(kafka, async (admin) => new Map(await Promise.all(topics.map(async (topic) => [topic, await admin.fetchTopicOffsets(topic)] as const))))
      show(
        positions.flatMap(({ partition: { topic, partition }, offset: { offset } }) => {
          const end = ends.get(topic)?.find((each) => each.partition === partition)?.high
          return end === undefined ? [] : [{ labels: { topic, partition }, value: Math.max(0, Number(end) - offset - 1) }]
        }),
      )
    },
    forget: () => show([]),
  }
}
