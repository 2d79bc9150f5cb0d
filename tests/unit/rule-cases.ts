/**
 * When an alert has to fire and when not, as promtool writes series (https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/).
 * One value every 5 s; both cases are looked at after `at`.
 */
export type RuleCase = { alert: string; at: string; wrong: Record<string, string>; well: Record<string, string> }

const broker = (name: string, cluster = 'primary') => `{job="kafka",instance="${name}",cluster="${cluster}"}`
const brokers = (values: Record<string, [up: string, seconds: string]>, state = '3x60'): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, [up, seconds]]) => [[`up${broker(name)}`, up], [`scrape_duration_seconds${broker(name)}`, seconds], [`kafka_server_kafkaserver_brokerstate${broker(name)}`, state]]),
  )
const fine: [string, string] = ['1x60', '0.01x60']
const dead: [string, string] = ['1x3 0x57', '0.01x60']
// no answer within the time allowed: busy, not dead
const slow: [string, string] = ['1x3 0 1x56', '0.01x3 2 0.01x56']
const hung: [string, string] = ['1x3 0x57', '0.01x3 2x57']
const metric = (name: string, values: string, labels = 'cluster="primary",instance="kafka-1"') => ({ [`${name}{${labels}}`]: values })
const target = (job: string, [up, seconds]: [string, string]) => ({ [`up{job="${job}",instance="${job}"}`]: up, [`scrape_duration_seconds{job="${job}",instance="${job}"}`]: seconds })
// asked for all it knows it does not answer, whatever it says to whether it lives
const unreadable = (job: string) => ({ [`up{job="${job}",instance="${job}",path="/metrics"}`]: '0x60', [`scrape_duration_seconds{job="${job}",instance="${job}",path="/metrics"}`]: '4x60' })
const service = (values: string) => metric('vygodno_service_up', values, 'job="exporter",instance="exporter",service="postgres"')
const lag = (values: string, group = 'connect-catalog-postgres') => metric('kafka_consumergroup_lag', values, `cluster="primary",consumergroup="${group}",topic="catalog.products",partition="0"`)
const tasks = (failed: string) => metric('vygodno_connector_tasks', failed, 'worker="connect",connector="catalog-postgres",state="FAILED"')
const commits = (values: string) => metric('kafka_streams_stream_thread_metrics_commit_total', values, 'job="product-filter",thread="1"')
const hdfs = (name: string, values: string, more = '') => metric(`hadoop_namenode_${name}`, values, `job="hdfs",instance="namenode"${more}`)
const fate = (state: string, values: string) => metric('vygodno_banned_canary_state', values, `job="exporter",state="${state}"`)
const mirror = (values: string) => metric('vygodno_mirror_lag', values, 'topic="client.events",partition="0"')

export const ruleCases: RuleCase[] = [
  { alert: 'BrokerDown', at: '30s', wrong: brokers({ 'kafka-1': fine, 'kafka-2': dead }), well: brokers({ 'kafka-1': fine, 'kafka-2': slow }) },
  { alert: 'BrokerDown', at: '2m', wrong: brokers({ 'kafka-2': hung }), well: brokers({ 'kafka-2': fine }) },
  // its metrics answer, it is still starting
  { alert: 'BrokerDown', at: '30s', wrong: brokers({ 'kafka-2': fine }, '3x3 1x57'), well: brokers({ 'kafka-2': fine }) },
  { alert: 'BrokersMissing', at: '30s', wrong: brokers({ 'kafka-1': fine, 'kafka-2': fine, 'kafka-3': dead }), well: brokers({ 'kafka-1': fine, 'kafka-2': fine, 'kafka-3': slow }) },
  { alert: 'BrokersMissing', at: '30s', wrong: brokers({ 'kafka-1': dead, 'kafka-2': dead, 'kafka-3': dead }), well: brokers({ 'kafka-1': fine, 'kafka-2': fine, 'kafka-3': fine }) },
  { alert: 'OfflinePartitions', at: '1m', wrong: metric('kafka_controller_kafkacontroller_offlinepartitionscount', '2x60'), well: metric('kafka_controller_kafkacontroller_offlinepartitionscount', '0x60') },
  { alert: 'UnderReplicatedPartitions', at: '1m', wrong: metric('kafka_server_replicamanager_underreplicatedpartitions', '7x60'), well: metric('kafka_server_replicamanager_underreplicatedpartitions', '7 0x59') },
  { alert: 'TransactionHangs', at: '1m', wrong: metric('kafka_server_replicamanager_partitionswithlatetransactionscount', '1x60'), well: metric('kafka_server_replicamanager_partitionswithlatetransactionscount', '0x60') },
  { alert: 'UnderMinIsr', at: '1m', wrong: metric('kafka_server_replicamanager_underminisrpartitioncount', '1x60'), well: metric('kafka_server_replicamanager_underminisrpartitioncount', '0x60') },
  {
    alert: 'ControllerCount',
    at: '1m',
    wrong: { ...metric('kafka_controller_kafkacontroller_activecontrollercount', '0x60'), ...metric('kafka_controller_kafkacontroller_activecontrollercount', '0x60', 'cluster="primary",instance="kafka-2"') },
    well: { ...metric('kafka_controller_kafkacontroller_activecontrollercount', '1x60'), ...metric('kafka_controller_kafkacontroller_activecontrollercount', '0x60', 'cluster="primary",instance="kafka-2"') },
  },
  { alert: 'UncleanElection', at: '1m', wrong: metric('kafka_controller_controllerstats_uncleanleaderelections_total', '0x3 1x57'), well: metric('kafka_controller_controllerstats_uncleanleaderelections_total', '3x60') },
  { alert: 'ConsumerLagGrows', at: '4m', wrong: lag('1000+100x60'), well: lag('8000-100x60') },
  { alert: 'ConnectorFailed', at: '1m', wrong: tasks('1x60'), well: tasks('1 0x59') },
  { alert: 'ConnectorFailed', at: '1m', wrong: metric('vygodno_connector_state', '1x60', 'worker="connect",connector="x",state="FAILED"'), well: metric('vygodno_connector_state', '1x60', 'worker="connect",connector="x",state="RUNNING"') },
  { alert: 'ConnectorRestarts', at: '4m', wrong: metric('vygodno_connector_restarts_total', '0+1x60', 'worker="connect",connector="x"'), well: metric('vygodno_connector_restarts_total', '5x20 6x40', 'worker="connect",connector="x"') },
  { alert: 'SinkFileLost', at: '1m', wrong: metric('vygodno_sink_file_written', '1x3 0x57', 'connector="catalog-file"'), well: metric('vygodno_sink_file_written', '0x2 1x58', 'connector="catalog-file"') },
  { alert: 'MirrorLag', at: '3m', wrong: mirror('1000+50x60'), well: mirror('5000-50x60') },
  { alert: 'MirrorLag', at: '1m', wrong: metric('kafka_connect_mirror_mirrorsourceconnector_replication_latency_ms_max', '20000x60', 'topic="client.events",partition="0"'), well: metric('kafka_connect_mirror_mirrorsourceconnector_replication_latency_ms_max', '80x60', 'topic="client.events",partition="0"') },
  { alert: 'MirroredTopicMadeAnew', at: '30s', wrong: metric('vygodno_mirror_made_anew', '0x3 1x57', 'topic="client.events"'), well: metric('vygodno_mirror_made_anew', '1x3 0x57', 'topic="client.events"') },
  { alert: 'FilterDown', at: '30s', wrong: target('product-filter', dead), well: target('product-filter', slow) },
  { alert: 'FilterWithoutRules', at: '1m', wrong: metric('vygodno_filter_partitions_without_rules', '0x3 2x57', 'job="exporter"'), well: metric('vygodno_filter_partitions_without_rules', '6x3 0x57', 'job="exporter"') },
  { alert: 'FilterNotRunning', at: '1m', wrong: metric('kafka_streams_stream_metrics_alive_stream_threads', '0x60'), well: metric('kafka_streams_stream_metrics_alive_stream_threads', '2x60') },
  { alert: 'FilterNotCommitting', at: '3m', wrong: { ...lag('500x60', 'product-filter'), ...commits('70x60') }, well: { ...lag('500x60', 'product-filter'), ...commits('70+1x60') } },
  { alert: 'FilterNotCommitting', at: '3m', wrong: { ...lag('101x60', 'product-filter'), ...commits('70x60') }, well: { ...lag('12x60', 'product-filter'), ...commits('70x60') } },
  { alert: 'DeadLetters', at: '1m', wrong: metric('kafka_topic_partition_current_offset', '4x3 9x57', 'cluster="primary",topic="shop.products.dlq",partition="0"'), well: { ...metric('kafka_topic_partition_current_offset', '4x60', 'cluster="primary",topic="shop.products.dlq",partition="0"'), ...metric('kafka_topic_partition_current_offset', '4+3x60', 'cluster="primary",topic="client.events",partition="0"') } },
  { alert: 'CanaryLate', at: '1m', wrong: metric('vygodno_canary_latency_seconds', '20x60', 'job="exporter"'), well: metric('vygodno_canary_latency_seconds', '0.4x60', 'job="exporter"') },
  { alert: 'BannedCanaryPassed', at: '30s', wrong: fate('passed', '1x60'), well: { ...fate('passed', '0x60'), ...fate('held', '1x60') } },
  { alert: 'BannedCanaryLate', at: '3m', wrong: fate('late', '1x60'), well: fate('late', '1x12 0x48') },
  { alert: 'RecommendationsStale', at: '1m', wrong: metric('vygodno_recommendations_age_seconds', '200000x60', 'job="exporter"'), well: metric('vygodno_recommendations_age_seconds', '90000x60', 'job="exporter"') },
  { alert: 'HdfsSafeMode', at: '2m', wrong: hdfs('fsstate', '1x60', ',state="safeMode"'), well: { ...hdfs('fsstate', '1x6 stale', ',state="safeMode"'), ...hdfs('fsstate', '_x7 1x53', ',state="Operational"') } },
  { alert: 'DataNodeDead', at: '1m', wrong: { ...hdfs('numdeaddatanodes', '1x60'), ...hdfs('numlivedatanodes', '2x60') }, well: { ...hdfs('numdeaddatanodes', '0x60'), ...hdfs('numlivedatanodes', '1x60') } },
  { alert: 'DataNodeDead', at: '1m', wrong: { ...hdfs('numdeaddatanodes', '0x60'), ...hdfs('numlivedatanodes', '0x60') }, well: { ...hdfs('numdeaddatanodes', '0x60'), ...hdfs('numlivedatanodes', '0x3 1x57') } },
  { alert: 'BlocksMissing', at: '2m', wrong: hdfs('missingblocks', '3x60'), well: hdfs('missingblocks', '3x5 0x55') },
  { alert: 'BlocksMissing', at: '2m', wrong: hdfs('corruptblocks', '1x60'), well: hdfs('corruptblocks', '0x60') },
  { alert: 'HdfsNearlyFull', at: '2m', wrong: { ...hdfs('capacityremaining', '9x60'), ...hdfs('capacitytotal', '100x60') }, well: { ...hdfs('capacityremaining', '11x60'), ...hdfs('capacitytotal', '100x60') } },
  { alert: 'ServiceDown', at: '30s', wrong: target('connect', dead), well: target('connect', slow) },
  // what is not scraped, whatever it is called
  { alert: 'ServiceDown', at: '30s', wrong: service('0x60'), well: service('1x60') },
  { alert: 'MetricsUnreadable', at: '2m', wrong: { ...target('connect', fine), ...unreadable('connect') }, well: { ...target('connect', dead), ...unreadable('connect') } },
  { alert: 'CollectorBlind', at: '2m', wrong: metric('vygodno_collector_up', '0x60', 'collector="canary"'), well: metric('vygodno_collector_up', '1x60', 'collector="canary"') },
  { alert: 'DiskNearlyFull', at: '1m', wrong: { ...metric('vygodno_disk_available_bytes', '9x60', ''), ...metric('vygodno_disk_size_bytes', '100x60', '') }, well: { ...metric('vygodno_disk_available_bytes', '11x60', ''), ...metric('vygodno_disk_size_bytes', '100x60', '') } },
  { alert: 'CertificateExpires', at: '1m', wrong: metric('vygodno_certificate_days_left', '29.9x60', 'certificate="kafka-1"'), well: metric('vygodno_certificate_days_left', '31x60', 'certificate="kafka-1"') },
  { alert: 'TelegramFailing', at: '20s', wrong: metric('vygodno_telegram_failing', '1x60', ''), well: metric('vygodno_telegram_failing', '0x60', '') },
]
