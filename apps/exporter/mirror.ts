import { z } from 'zod'
import { connectRest } from '../../clients/connect.ts'
import type { Environment } from '../../clients/environment.ts'
import { lastingConnections } from '../../clients/https.ts'
import { kafkaClient } from '../../clients/kafka.ts'
import type { Collector } from './collector.ts'
import { endsOf } from './lag.ts'
import { lasting } from './lasting.ts'
import { mirrorLag, seriesOf } from './metrics.ts'

const connector = 'mirror-source'
const shape = z.array(z.object({ partition: z.object({ topic: z.string(), partition: z.int() }), offset: z.object({ offset: z.int() }) }))

/**
 * How many records MirrorMaker has still to copy. Its own latency (JMX) is that of records it has copied, so it says
 * nothing when it stands. It keeps the offset of the last record it has copied; markers of transactions count as in lag.ts.
 */
export function mirrorCollector(env: Environment): Collector {
  const rest = connectRest(env, 'mirror', 'supervisor', lastingConnections())
  const admin = lasting(() => kafkaClient(env, 'exporter').admin())
  const show = seriesOf(mirrorLag)
  return {
    name: 'mirror',
    // for each question the worker reads its topic of offsets from the beginning
    everyMs: 60_000,
    collect: async () => {
      const positions = shape.parse(await rest.offsets(connector))
      const topics = [...new Set(positions.map(({ partition: { topic } }) => topic))]
      const ends = await admin((client) => endsOf(client, topics))
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
