import { board } from './board.ts'
import { bars, series, table } from './panels.ts'

const chosen = 'cluster=~"$cluster",topic=~"$topic"'
const rate = (metric: string) => `sum by (topic) (rate(${metric}{${chosen}}[$__rate_interval]))`
const lag = `kafka_consumergroup_lag{${chosen},consumergroup=~"$group"}`

/** Topic by topic: what is written, what it takes on disk, who reads it and how far behind. */
export const topics = board({
  uid: 'topics',
  title: 'Topics and lag',
  description: 'Topic by topic: what is written and read, what it takes on disk, who is behind. A transaction\'s marker takes an offset, so a few records of lag are none.',
  choices: [
    { name: 'cluster', label: 'Cluster', metric: 'kafka_topic_partition_current_offset, cluster' },
    { name: 'topic', label: 'Topic', metric: 'kafka_topic_partition_current_offset{cluster=~"$cluster"}, topic' },
    { name: 'group', label: 'Consumer group', metric: 'kafka_consumergroup_lag{cluster=~"$cluster"}, consumergroup' },
  ],
  rows: [
    {
      title: 'Who is behind',
      panels: [
        series({ title: 'Records waiting, by group', about: 'Records between the committed offset of a group and the end of its topics.', queries: [[`sum by (cluster, consumergroup) (${lag})`, '{{cluster}} {{consumergroup}}']], width: 12 }),
        table({ title: 'Records waiting now', about: 'Group by group and topic by topic. More than 1000 and growing raises ConsumerLagGrows.', expr: `sum by (cluster, consumergroup, topic) (${lag})`, columns: { consumergroup: 'group', topic: 'topic', cluster: 'cluster', Value: 'waiting' }, unit: 'short', levels: ['green', ['orange', 1000]], width: 12 }),
      ],
    },
    {
      title: 'Traffic',
      panels: [
        series({ title: 'Records written', about: 'Records per second, by topic.', queries: [[rate('kafka_server_brokertopicmetrics_messagesin_total'), '{{topic}}']], unit: 'cps', width: 8 }),
        series({ title: 'Bytes written', about: 'Bytes per second from producers, by topic.', queries: [[rate('kafka_server_brokertopicmetrics_bytesin_total'), '{{topic}}']], unit: 'Bps', width: 8 }),
        series({ title: 'Bytes read', about: 'Bytes per second to consumers, by topic.', queries: [[rate('kafka_server_brokertopicmetrics_bytesout_total'), '{{topic}}']], unit: 'Bps', width: 8 }),
      ],
    },
    {
      title: 'Size',
      panels: [
        bars({ title: 'Offsets given out', about: 'How many offsets a topic has given out since it was made: records, deleted and compacted ones too, and markers of transactions.', queries: [[`sum by (cluster, topic) (kafka_topic_partition_current_offset{${chosen}})`, '{{topic}} ({{cluster}})']], width: 12, height: 12 }),
        bars({ title: 'Bytes on disk', about: 'Size of a topic on all brokers together, every replica counted.', queries: [[`sum by (cluster, topic) (kafka_log_log_size{${chosen}})`, '{{topic}} ({{cluster}})']], unit: 'bytes', width: 12, height: 12 }),
      ],
    },
  ],
})
