import { board } from './board.ts'
import { noneIsWell, series, stat, table } from './panels.ts'

const chosen = 'connector=~"$connector"'
const rate = (metric: string) => `sum by (connector) (rate(${metric}{${chosen}}[$__rate_interval]))`
const mirrored = (metric: string) => `max by (topic) (kafka_connect_mirror_mirrorsourceconnector_${metric})`

/** Connectors of both workers, and the copies that MirrorMaker keeps on the analytics cluster. */
export const connect = board({
  uid: 'connect',
  title: 'Connect and MirrorMaker',
  description: 'Do all connectors run, how much do they move, do the copies on the analytics cluster keep up?',
  choices: [{ name: 'connector', label: 'Connector', metric: 'vygodno_connector_state, connector' }],
  rows: [
    {
      title: 'State',
      panels: [
        stat({ title: 'Running tasks', about: 'Tasks that run, of the chosen connectors.', queries: [[`sum(vygodno_connector_tasks{${chosen},state="RUNNING"})`, 'running']], levels: ['red', ['green', 1]] }),
        stat({ title: 'Failed tasks', about: 'A failed task does not come back by itself: the supervisor restarts it. task plan shows the reason.', queries: [[`sum(vygodno_connector_tasks{${chosen},state="FAILED"})`, 'failed']], levels: noneIsWell }),
        stat({ title: 'Restarts in the last hour', about: 'Restarts of failed tasks by the supervisor; each goes on from its last offset.', queries: [[`sum(increase(vygodno_connector_restarts_total{${chosen}}[1h]))`, 'restarts']], decimals: 0, levels: ['green', ['orange', 1], ['red', 4]] }),
        stat({ title: 'Rebalances', about: 'Times the workers have shared out their tasks anew since they started. Every change of a connector is one.', queries: [['sum by (instance) (kafka_connect_worker_rebalance_completed_rebalances_total)', '{{instance}}']] }),
        stat({ title: 'Records given up', about: 'Records that a connector could not take and left out: they are in its dead-letter topic.', queries: [[`sum(kafka_connect_task_error_total_records_skipped{${chosen}}) or vector(0)`, 'records']], unit: 'short', levels: ['green', ['orange', 1]] }),
        stat({ title: 'Failed offset commits', about: 'Share of commits of the tasks\' positions that failed, worst task. They are tried again.', queries: [[`max(kafka_connect_connector_task_offset_commit_failure_percentage{${chosen}})`, 'failed']], unit: 'percentunit', levels: ['green', ['orange', 0.01]] }),
        table({ title: 'Connectors', about: 'The state of every connector, as its worker tells it. RUNNING with a failed task is the trap: see Failed tasks.', expr: `max by (worker, connector, state) (vygodno_connector_state{${chosen}} == 1)`, columns: { connector: 'connector', worker: 'worker', state: 'state' }, width: 12 }),
        table({ title: 'Tasks', about: 'Tasks of every connector, by state.', expr: `sum by (connector, state) (vygodno_connector_tasks{${chosen}} > 0)`, columns: { connector: 'connector', state: 'state', Value: 'tasks' }, width: 12 }),
      ],
    },
    {
      title: 'Sinks: Kafka to PostgreSQL and file',
      panels: [
        series({ title: 'Records sent', about: 'Records per second that a sink connector has handed to its target.', queries: [[rate('kafka_connect_sink_task_sink_record_send_total'), '{{connector}}']], unit: 'cps', width: 8 }),
        series({ title: 'Time of a batch', about: 'How long the target takes for one batch, on average.', queries: [[`max by (connector) (kafka_connect_sink_task_put_batch_avg_time_ms{${chosen}})`, '{{connector}}']], unit: 'ms', width: 8 }),
        series({ title: 'Records on their way', about: 'Read from Kafka and not yet committed as delivered.', queries: [[`sum by (connector) (kafka_connect_sink_task_sink_record_active_count{${chosen}})`, '{{connector}}']], width: 8 }),
      ],
    },
    {
      title: 'MirrorMaker: primary to analytics cluster',
      panels: [
        series({ title: 'Time to the copy', about: 'Time from a record\'s timestamp to its copy, worst partition, average of the last half minute.', queries: [[mirrored('replication_latency_ms_avg'), '{{topic}}']], unit: 'ms', width: 8 }),
        series({ title: 'Records copied', about: 'Records per second written to the analytics cluster.', queries: [['sum by (topic) (kafka_connect_mirror_mirrorsourceconnector_record_rate)', '{{topic}}']], unit: 'cps', width: 8 }),
        series({ title: 'Age of a record when it is copied', about: 'How old records are when MirrorMaker has read them: high after it has stood, falls while it catches up.', queries: [[mirrored('record_age_ms_avg'), '{{topic}}']], unit: 'ms', width: 8 }),
        series({ title: 'Records not copied yet', about: 'Records of the primary cluster that MirrorMaker has still to copy. It grows while MirrorMaker stands.', queries: [['sum by (topic) (vygodno_mirror_lag)', '{{topic}}']], width: 8 }),
        series({ title: 'Records in transactions under way', about: 'Read and not yet written: each batch of copies is one transaction, so that every record is copied once.', queries: [[`sum by (connector) (kafka_connect_source_task_source_record_active_count{${chosen}})`, '{{connector}}']], width: 8 }),
        series({ title: 'Offsets: original and copy', about: 'End of the mirrored topics in both clusters. Markers of transactions make the numbers differ; the lines have to rise together.', queries: [['sum by (cluster, topic) (kafka_topic_partition_current_offset{topic=~"client.events|shop.products"})', '{{topic}} ({{cluster}})']], width: 8 }),
      ],
    },
  ],
})
