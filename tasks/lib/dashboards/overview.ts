import { board } from './board.ts'
import { noneIsWell, series, stat, table } from './panels.ts'

/** One glance: is everything well? */
export const overview = board({
  uid: 'overview',
  title: 'Platform overview',
  description: 'Is everything well? Green is well; what is orange or red leads to the dashboard that tells more.',
  rows: [
    {
      title: 'Is everything well?',
      panels: [
        stat({ title: 'Alerts firing', about: 'Alerts that somebody has to look at; the watchdog, which always fires, is not one. task alerts lists them.', queries: [['count(ALERTS{alertstate="firing",severity!="none"}) or vector(0)', 'alerts']], levels: noneIsWell, to: 'alerts' }),
        stat({ title: 'Services that do not answer', about: 'Services, PostgreSQL included, that are dead or have been silent for a minute; the table below names them.', queries: [['count(vygodno:answers == 0) or vector(0)', 'services']], levels: noneIsWell, to: 'alerts' }),
        stat({ title: 'Brokers that work', about: 'Three of three in each cluster. With two everything goes on, with one nothing can be written.', queries: [['sum by (cluster) (vygodno:broker_works)', '{{cluster}}']], levels: ['red', ['orange', 2], ['green', 3]], to: 'kafka' }),
        stat({ title: 'Partitions without all replicas', about: 'Under-replicated partitions: a broker is down or can\'t keep up. Data is safe as long as the others run.', queries: [['sum by (cluster) (kafka_server_replicamanager_underreplicatedpartitions)', '{{cluster}}']], levels: ['green', ['orange', 1]], to: 'kafka' }),
        stat({ title: 'Connector tasks', about: 'Running and failed tasks of both Connect workers. The supervisor restarts a failed one, less and less often.', queries: [['sum(vygodno_connector_tasks{state="RUNNING"})', 'running'], ['sum(vygodno_connector_tasks{state="FAILED"})', 'failed']], to: 'connect' }),
        stat({ title: 'Product filter', about: 'Whether the filter has a thread that works. Without one no product is listed or retracted.', queries: [['clamp_max(sum(kafka_streams_stream_metrics_alive_stream_threads), 1)', 'filter']], levels: ['red', ['green', 1]], texts: { 0: 'stands', 1: 'works' }, to: 'pipeline' }),
      ],
    },
    {
      title: 'What customers and shops notice',
      panels: [
        stat({ title: 'From shop to search', about: 'How long the last canary, a product sent every so often, took to become searchable. Usual is under a second.', queries: [['vygodno_canary_latency_seconds', 'canary']], unit: 's', levels: ['green', ['orange', 5], ['red', 20]], to: 'pipeline' }),
        stat({ title: 'Products listed', about: 'Products that can be found by a search.', queries: [['vygodno_products_listed', 'products']], unit: 'short', to: 'pipeline' }),
        stat({ title: 'Products held back', about: 'Products that a ban rule keeps out of the catalogue, by kind of rule; one that two rules match counts twice.', queries: [['sum(vygodno_ban_hits)', 'products']], unit: 'short', to: 'pipeline' }),
        stat({ title: 'Age of recommendations', about: 'Time since the newest recommendation was computed; empty before the first computation. task analytics computes them.', queries: [['vygodno_recommendations_age_seconds', 'age']], unit: 's', levels: ['green', ['orange', 86_400], ['red', 172_800]], noValue: 'none yet', to: 'analytics' }),
        stat({ title: 'Certificates: days left', about: 'The certificate that expires first. task bootstrap renews those with fewer than 30 days left.', queries: [['min(vygodno_certificate_days_left)', 'days']], unit: 'd', decimals: 0, levels: ['red', ['orange', 14], ['green', 30]], to: 'alerts' }),
        stat({ title: 'Disk left', about: 'Free space of the file system that holds the stack. A broker that can\'t write stops.', queries: [['vygodno_disk_available_bytes / vygodno_disk_size_bytes', 'free']], unit: 'percentunit', decimals: 0, levels: ['red', ['orange', 0.1], ['green', 0.2]], to: 'alerts' }),
      ],
    },
    {
      title: 'Flow',
      panels: [
        series({ title: 'Records written', about: 'Records that producers have written, all topics. A drop to nothing means that a producer or the cluster stands.', queries: [['sum by (cluster) (rate(kafka_server_brokertopicmetrics_messagesin_total{topic=""}[$__rate_interval]))', '{{cluster}}']], unit: 'cps', width: 8 }),
        series({ title: 'Records waiting', about: 'How far each consumer group is behind. Growth that does not stop: it reads more slowly than is written.', queries: [['sum by (consumergroup) (kafka_consumergroup_lag)', '{{consumergroup}}']], width: 8 }),
        series({ title: 'From shop to search', about: 'The canary over time: filter, Connect and PostgreSQL together.', queries: [['vygodno_canary_latency_seconds', 'canary']], unit: 's', width: 8 }),
      ],
    },
    {
      title: 'Services',
      panels: [
        table({ title: 'What answers', about: 'Every service of the list: scraped by Prometheus, or looked at by the exporter.', expr: 'min by (job, instance, cluster) (vygodno:answers)', columns: { instance: 'service', job: 'kind', cluster: 'cluster', Value: 'state' }, levels: ['red', ['green', 1]], texts: { 0: 'does not answer', 1: 'answers' }, width: 12, height: 14 }),
        series({ title: 'Memory of the JVMs', about: 'Resident memory of every JVM: what the machine really gives them.', queries: [['process_resident_memory_bytes{job=~"kafka|connect|product-filter|hdfs"}', '{{instance}}']], unit: 'bytes', width: 12, height: 14, stacked: true }),
      ],
    },
  ],
})
