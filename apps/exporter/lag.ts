import { type Cluster, type Environment, onCluster } from '../../clients/environment.ts'
import { type Admin, kafkaClient } from '../../clients/kafka.ts'
import type { Collector } from './collector.ts'
import { lasting } from './lasting.ts'
import { groupLag, seriesOf, topicEnd } from './metrics.ts'

/** The brokers' own topics have an end, too, but nobody waits for it. */
const isOrdinary = (topic: string) => !topic.startsWith('__')

/**
 * How far the consumer groups of a cluster are behind. A transaction ends with a marker that takes an offset but is no
 * record, so a group that has read everything of such a topic may stand 1 behind in each partition.
 */
export function lagCollector(env: Environment, cluster: Cluster): Collector {
  const [showLag, showEnds] = [seriesOf(groupLag), seriesOf(topicEnd)]
  const admin = lasting(() => kafkaClient(onCluster(env, cluster), 'exporter').admin())
  return {
    name: `lag-${cluster}`,
    everyMs: 30_000,
    collect: async () => {
      const { lags, ends } = await admin((client) => look(client, cluster))
      showLag(lags)
      showEnds(ends)
    },
    forget: () => {
      showLag([])
      showEnds([])
    },
  }
}

/** One topic after the other: kafkajs loses its way among topics that it gets to know at the same time. */
export async function endsOf(admin: Pick<Admin, 'fetchTopicOffsets'>, topics: string[]): Promise<Map<string, Awaited<ReturnType<Admin['fetchTopicOffsets']>>>> {
  const ends = new Map<string, Awaited<ReturnType<Admin['fetchTopicOffsets']>>>()
  for (const topic of topics) ends.set(topic, await admin.fetchTopicOffsets(topic))
  return ends
}

async function look(admin: Admin, cluster: Cluster) {
  const [topics, { groups }] = await Promise.all([admin.listTopics(), admin.listGroups()])
  const committed = await Promise.all(groups.map(async ({ groupId }) => ({ groupId, positions: await admin.fetchOffsets({ groupId }) })))
  // the ends are read after the commits, so that no lag comes out negative
  const ends = await endsOf(admin, topics.filter(isOrdinary))
  return {
    ends: [...ends].flatMap(([topic, partitions]) => partitions.map(({ partition, high }) => ({ labels: { cluster, topic, partition }, value: Number(high) }))),
    lags: committed.flatMap(({ groupId, positions }) =>
      positions.flatMap(({ topic, partitions }) =>
        partitions.flatMap(({ partition, offset }) => {
          const end = ends.get(topic)?.find((each) => each.partition === partition)?.high
          // -1: the group has committed nothing in this partition
          if (end === undefined || Number(offset) < 0) return []
          return [{ labels: { cluster, consumergroup: groupId, topic, partition }, value: Number(BigInt(end) - BigInt(offset)) }]
        }),
      ),
    ),
  }
}
