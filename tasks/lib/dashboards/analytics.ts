import { board } from './board.ts'
import { bars, noneIsWell, series, stat } from './panels.ts'

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
      title: 'Data lake (HDFS)',
      panels: [
        stat({ title: 'State of HDFS', about: 'In safe mode it can be read and nothing can be written; for some seconds after a start that is no fault.', queries: [['sum(hadoop_namenode_fsstate{state="Operational"}) or vector(0)', 'state']], levels: ['red', ['green', 1]], texts: { 0: 'safe mode', 1: 'works' } }),
        stat({ title: 'DataNodes', about: 'DataNodes that report to the NameNode, and those it has given up after 20 s of silence.', queries: [['hadoop_namenode_numlivedatanodes', 'alive'], ['hadoop_namenode_numdeaddatanodes', 'dead']] }),
        stat({ title: 'Blocks nobody can read', about: 'Blocks without a sound copy: the files they belong to fail to be read. task up brings back DataNodes that are down.', queries: [['sum(hadoop_namenode_missingblocks) + sum(hadoop_namenode_corruptblocks)', 'blocks']], levels: noneIsWell }),
        stat({ title: 'Blocks with too few copies', about: 'They can be read; the NameNode has them copied again as soon as there are DataNodes for it.', queries: [['sum(hadoop_namenode_underreplicatedblocks)', 'blocks']], levels: ['green', ['orange', 1]] }),
        stat({ title: 'Space left', about: 'Share of what the DataNodes have for HDFS. Ingesting stops when none is left.', queries: [['sum(hadoop_namenode_capacityremaining) / sum(hadoop_namenode_capacitytotal)', 'left']], unit: 'percentunit', decimals: 0, levels: ['red', ['orange', 0.1], ['green', 0.2]] }),
        stat({ title: 'Files', about: 'Files and folders of HDFS. Many small ones make reading slow: task analytics -- compact.', queries: [['sum(hadoop_namenode_filestotal)', 'files']], unit: 'short' }),
        series({ title: 'Data in HDFS', about: 'Bytes of blocks on all DataNodes, every copy counted.', queries: [['sum(hadoop_namenode_capacityused)', 'used']], unit: 'bytes', width: 8 }),
        series({ title: 'Read and written', about: 'Bytes per second that DataNodes read and write, for jobs and for each other.', queries: [['sum(rate(hadoop_datanode_bytesread_total[$__rate_interval]))', 'read'], ['sum(rate(hadoop_datanode_byteswritten_total[$__rate_interval]))', 'written']], unit: 'Bps', width: 8 }),
        series({ title: 'Time of a call to the NameNode', about: 'How long calls wait for a thread of the NameNode, and how long it works on them.', queries: [['hadoop_namenode_rpcqueuetimeavgtime', 'waiting'], ['hadoop_namenode_rpcprocessingtimeavgtime', 'work']], unit: 'ms', width: 8 }),
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
