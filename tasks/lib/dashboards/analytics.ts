import { board } from './board.ts'
import { bars, series, stat } from './panels.ts'

const empty = 'rate(vygodno_searches_without_results_total[15m])'
const searches = 'rate(vygodno_client_events_total{type="search"}[15m])'
const jvms = 'job=~"kafka|connect|hdfs",cluster="analytics"'

/** What customers do, what becomes of it on the analytics cluster, and how fresh recommendations are. */
export const analytics = board({
  uid: 'analytics',
  title: 'Analytics',
  description: 'What customers do, whether it reaches the analytics cluster, how fresh the recommendations are.',
  rows: [
    {
      title: 'Freshness',
      panels: [
        stat({ title: 'Age of recommendations', about: 'Time since the newest recommendation was computed; empty before the first computation.', queries: [['vygodno_recommendations_age_seconds', 'age']], unit: 's', levels: ['green', ['orange', 86_400], ['red', 172_800]], noValue: 'none yet', width: 6 }),
        stat({ title: 'Time to the copy', about: 'How long an event takes to the analytics cluster, worst partition of client.events.', queries: [['max(kafka_connect_mirror_mirrorsourceconnector_replication_latency_ms_avg{topic="client.events"})', 'client.events']], unit: 'ms', levels: ['green', ['orange', 1000], ['red', 10_000]], noValue: 'no event yet', width: 6, to: 'connect' }),
        stat({ title: 'Brokers that work', about: 'Brokers of the analytics cluster.', queries: [['sum(vygodno:broker_works{cluster="analytics"})', 'brokers']], levels: ['red', ['orange', 2], ['green', 3]], width: 6, to: 'kafka' }),
        stat({ title: 'Events on the analytics cluster', about: 'Offsets given out in client.events there: events and markers of transactions.', queries: [['sum(kafka_topic_partition_current_offset{cluster="analytics",topic="client.events"})', 'events']], unit: 'short', width: 6, to: 'topics' }),
      ],
    },
    {
      title: 'What customers do',
      panels: [
        series({ title: 'Events', about: 'Searches, views, carts, purchases and reviews per second, as the exporter reads them.', queries: [['sum by (type) (rate(vygodno_client_events_total[$__rate_interval]))', '{{type}}']], unit: 'cps', width: 12, stacked: true }),
        series({ title: 'Searches without a result', about: 'Share of searches in the last 15 minutes that found nothing. A rise: products are missing, or the search does not understand.', queries: [[`sum(${empty}) / sum(${searches})`, 'share']], unit: 'percentunit', width: 12, max: 1 }),
        bars({ title: 'Events since the exporter started', about: 'All events by type, from search to purchase: the funnel at a glance.', queries: [['sum by (type) (vygodno_client_events_total)', '{{type}}']], width: 12 }),
        series({ title: 'Records written to the analytics cluster', about: 'Copies and MirrorMaker\'s own records, by topic.', queries: [['sum by (topic) (rate(kafka_server_brokertopicmetrics_messagesin_total{cluster="analytics",topic!=""}[$__rate_interval]))', '{{topic}}']], unit: 'cps', width: 12 }),
      ],
    },
    {
      title: 'What it costs',
      panels: [
        series({ title: 'Processor', about: 'Cores in use by the analytics cluster and what belongs to it.', queries: [[`rate(process_cpu_seconds_total{${jvms}}[$__rate_interval])`, '{{instance}}']], unit: 'percentunit', width: 12, stacked: true }),
        series({ title: 'Memory', about: 'Resident memory of the analytics cluster and what belongs to it.', queries: [[`process_resident_memory_bytes{${jvms}}`, '{{instance}}']], unit: 'bytes', width: 12, stacked: true }),
      ],
    },
  ],
})
