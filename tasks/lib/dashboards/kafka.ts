import { board } from './board.ts'
import { bars, noneIsWell, series, stat } from './panels.ts'

const chosen = 'cluster=~"$cluster",instance=~"$broker"'
const inAll = (metric: string) => `sum by (cluster) (${metric}{cluster=~"$cluster"})`
const perBroker = (metric: string, more = '') => `sum by (instance) (rate(${metric}{${chosen}${more}}[$__rate_interval]))`

/** The brokers of both clusters: replicas, traffic, how long requests take, the quorum. */
export const kafka = board({
  uid: 'kafka',
  title: 'Kafka cluster',
  description: 'Brokers and controllers of both clusters: are all replicas there, how much is written and read, how long does it take?',
  choices: [
    { name: 'cluster', label: 'Cluster', metric: 'vygodno:answers{job="kafka"}, cluster' },
    { name: 'broker', label: 'Broker', metric: 'vygodno:answers{job="kafka",cluster=~"$cluster"}, instance' },
  ],
  rows: [
    {
      title: 'Replicas and controllers',
      panels: [
        stat({ title: 'Brokers that work', about: 'Three in each cluster. One less: everything goes on. Two less: nothing can be written.', queries: [['sum by (cluster) (vygodno:broker_works{cluster=~"$cluster"})', '{{cluster}}']], levels: ['red', ['orange', 2], ['green', 3]] }),
        stat({ title: 'Active controllers', about: 'Exactly one in each cluster. None: no leader is elected. Two would be a split.', queries: [[inAll('kafka_controller_kafkacontroller_activecontrollercount'), '{{cluster}}']], levels: ['red', ['green', 1], ['red', 2]] }),
        stat({ title: 'Partitions without a leader', about: 'Nobody can read or write them until one of their brokers is back.', queries: [['max by (cluster) (kafka_controller_kafkacontroller_offlinepartitionscount{cluster=~"$cluster"})', '{{cluster}}']], levels: noneIsWell }),
        stat({ title: 'Partitions without all replicas', about: 'A broker is down or can\'t keep up; data is safe as long as the others run.', queries: [[inAll('kafka_server_replicamanager_underreplicatedpartitions'), '{{cluster}}']], levels: ['green', ['orange', 1]] }),
        stat({ title: 'Partitions that refuse writes', about: 'Fewer replicas in sync than min.insync.replicas: acks=all fails.', queries: [[inAll('kafka_server_replicamanager_underminisrpartitioncount'), '{{cluster}}']], levels: noneIsWell }),
        stat({ title: 'Unclean elections', about: 'Elections of a replica that was behind, since the brokers started. Acknowledged records may be lost with each.', queries: [[inAll('kafka_controller_controllerstats_uncleanleaderelections_total'), '{{cluster}}']], levels: noneIsWell }),
        series({ title: 'Replicas that left and rejoined the ISR', about: 'In-sync replica sets that shrink or grow. Both stay at nothing unless a broker restarts or can\'t keep up.', queries: [[perBroker('kafka_server_replicamanager_isrshrinks_total'), '{{instance}} shrinks'], [perBroker('kafka_server_replicamanager_isrexpands_total'), '{{instance}} expands']], unit: 'cps', width: 12 }),
        bars({ title: 'Partitions led', about: 'Leaders per broker. Very different numbers: a broker was down, and its leaders have not moved back yet.', queries: [[`kafka_server_replicamanager_leadercount{${chosen}}`, '{{instance}}']], width: 6 }),
        bars({ title: 'Replicas held', about: 'Partitions of which a broker holds a replica.', queries: [[`kafka_server_replicamanager_partitioncount{${chosen}}`, '{{instance}}']], width: 6 }),
      ],
    },
    {
      title: 'Traffic',
      panels: [
        series({ title: 'Records written', about: 'Records per second that producers write to a broker, all topics.', queries: [[perBroker('kafka_server_brokertopicmetrics_messagesin_total', ',topic=""'), '{{instance}}']], unit: 'cps', width: 8 }),
        series({ title: 'Bytes written', about: 'Bytes per second from producers.', queries: [[perBroker('kafka_server_brokertopicmetrics_bytesin_total', ',topic=""'), '{{instance}}']], unit: 'Bps', width: 8 }),
        series({ title: 'Bytes read', about: 'Bytes per second to consumers.', queries: [[perBroker('kafka_server_brokertopicmetrics_bytesout_total', ',topic=""'), '{{instance}}']], unit: 'Bps', width: 8 }),
        bars({ title: 'Bytes on disk', about: 'Size of all logs of a broker; each replica counts.', queries: [[`sum by (instance) (kafka_log_log_size{${chosen}})`, '{{instance}}']], unit: 'bytes', width: 8 }),
        series({ title: 'Connections', about: 'Open connections. Each is authenticated by a certificate.', queries: [[`sum by (instance) (kafka_server_socket_server_metrics_connection_count{${chosen}})`, '{{instance}}']], width: 8 }),
        series({ title: 'Refused connections', about: 'TLS handshakes that failed: a client without a certificate of our CA, or one that does not trust ours.', queries: [[perBroker('kafka_server_socket_server_metrics_failed_authentication_total'), '{{instance}}']], unit: 'cps', width: 8 }),
      ],
    },
    {
      title: 'Requests',
      panels: [
        series({ title: 'Time of a produce request (99 %)', about: '99 of 100 produce requests are answered within this time, all replicas included.', queries: [[`max by (instance) (kafka_network_requestmetrics_totaltimems{${chosen},request="Produce",quantile="0.99"})`, '{{instance}}']], unit: 'ms', width: 8 }),
        series({ title: 'Time of a fetch request (99 %)', about: 'A consumer that waits for new records waits up to its fetch.max.wait.ms: that much is no delay.', queries: [[`max by (instance) (kafka_network_requestmetrics_totaltimems{${chosen},request="FetchConsumer",quantile="0.99"})`, '{{instance}}']], unit: 'ms', width: 8 }),
        series({ title: 'Requests', about: 'Produce and fetch requests per second, all versions of the protocol together.', queries: [[`sum by (request) (rate(kafka_network_requestmetrics_requests_total{${chosen}}[$__rate_interval]))`, '{{request}}']], unit: 'cps', width: 8 }),
        series({ title: 'Idle request handlers', about: 'Share of time in which the threads that carry out requests have nothing to do. Below 20 % the broker is too busy.', queries: [[`min by (instance) (kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent{${chosen}})`, '{{instance}}']], unit: 'percentunit', width: 8, max: 1 }),
        series({ title: 'Idle network threads', about: 'Share of time in which the network threads have nothing to do. TLS is their work.', queries: [[`min by (instance) (kafka_network_socketserver_networkprocessoravgidle_percent{${chosen}})`, '{{instance}}']], unit: 'percentunit', width: 8, max: 1 }),
        series({ title: 'Failed requests', about: 'Requests of any kind that ended with an error, per second.', queries: [[`sum by (instance) (rate(kafka_network_requestmetrics_errors_total{${chosen},error!="NONE"}[$__rate_interval]))`, '{{instance}}']], unit: 'cps', width: 8 }),
      ],
    },
    {
      title: 'Quorum (KRaft)',
      panels: [
        series({ title: 'Time to commit', about: 'How long the quorum of controllers takes to agree on a change of metadata, on average; only the leader knows.', queries: [[`kafka_server_raft_metrics_commit_latency_avg{${chosen}}`, '{{instance}}']], unit: 'ms', width: 8 }),
        series({ title: 'Committed metadata', about: 'End of the metadata log, per controller. Lines that part: one has fallen behind.', queries: [[`kafka_server_raft_metrics_high_watermark{${chosen}}`, '{{instance}}']], width: 8 }),
        series({ title: 'Metadata lag of a broker', about: 'How old the newest metadata is that a controller has applied; one that has applied none yet is left out.', queries: [[`kafka_controller_kafkacontroller_lastappliedrecordlagms{${chosen}} < 86400000`, '{{instance}}']], unit: 'ms', width: 8 }),
      ],
    },
  ],
})
