import { z } from 'zod'
import { connectRest } from '../../clients/connect.ts'
import { type Copies, copier, copiesIn } from '../../clients/copies.ts'
import { type Environment, onCluster } from '../../clients/environment.ts'
import { lastingConnections } from '../../clients/https.ts'
import { kafkaClient } from '../../clients/kafka.ts'
import { topicIds } from '../../clients/topic-ids.ts'
import type { Collector } from './collector.ts'
import { endsOf } from './lag.ts'
import { lasting } from './lasting.ts'
import { mirrorLag, mirrorMadeAnew, seriesOf } from './metrics.ts'

const shape = z.array(z.object({ partition: z.object({ topic: z.string(), partition: z.int() }), offset: z.object({ offset: z.int() }) }))

/**
 * How many records MirrorMaker has still to copy. Its own latency (JMX) is that of records it has copied, so it says
 * nothing when it stands. It keeps the offset of the last record it has copied; markers of transactions count as in lag.ts.
 * Of a topic that was made anew that says nothing, so their ids are compared with those that were noted.
 */
export function mirrorCollector(env: Environment): Collector {
  const rest = connectRest(env, 'mirror', 'supervisor', lastingConnections())
  const admin = lasting(() => kafkaClient(env, 'exporter').admin())
  const show = seriesOf(mirrorLag)
  const showAnew = seriesOf(mirrorMadeAnew)
  return {
    name: 'mirror',
    // for each question the worker reads its topic of offsets from the beginning
    everyMs: 60_000,
    collect: async () => {
      showAnew(await madeAnew(env, copiesIn(await rest.notes(copier))))
      const positions = shape.parse(await rest.offsets(copier))
      const topics = [...new Set(positions.map(({ partition: { topic } }) => topic))]
      const ends = await admin((client) => endsOf(client, topics))
      show(
        positions.flatMap(({ partition: { topic, partition }, offset: { offset } }) => {
          const end = ends.get(topic)?.find((each) => each.partition === partition)?.high
          return end === undefined ? [] : [{ labels: { topic, partition }, value: Math.max(0, Number(end) - offset - 1) }]
        }),
      )
    },
    forget: () => {
      show([])
      showAnew([])
    },
  }
}

/** Of each topic, whether it or its copy is another one than was noted. */
async function madeAnew(env: Environment, noted: Copies) {
  const topics = Object.keys(noted)
  const [originals, copies] = await Promise.all([topicIds(env, 'exporter', topics), topicIds(onCluster(env, 'analytics'), 'exporter', topics)])
  return Object.entries(noted).map(([topic, { original, copy }]) => ({ labels: { topic }, value: originals.get(topic) === original && copies.get(topic) === copy ? 0 : 1 }))
}
