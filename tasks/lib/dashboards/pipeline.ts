import { board } from './board.ts'
import { bars, noneIsWell, series, stat } from './panels.ts'

const thread = (name: string) => `kafka_streams_stream_thread_metrics_${name}`
const written = (topic: string) => `sum(rate(kafka_topic_partition_current_offset{cluster="primary",topic="${topic}"}[$__rate_interval]))`

/** From the shop's raw products to the catalogue that customers search: the filter, the bans, the canary. */
export const pipeline = board({
  uid: 'pipeline',
  title: 'Filter and catalogue',
  description: 'From the shop\'s raw products to the catalogue: does the filter work and keep up, what does it hold back, how long does a product take?',
  rows: [
    {
      title: 'The filter',
      panels: [
        stat({ title: 'State', about: 'RUNNING is well; REBALANCING for a few seconds after a start; anything else: task logs -- product-filter.', queries: [['kafka_streams_stream_metrics_state == 1', '{{state}}']], texts: { 1: 'since its start' } }),
        stat({ title: 'Threads that work', about: 'Stream threads alive. With none the process may live, but filters nothing.', queries: [['sum(kafka_streams_stream_metrics_alive_stream_threads)', 'threads']], levels: ['red', ['green', 1]] }),
        stat({ title: 'Threads that died', about: 'Stream threads that ended with an error since the start; each is replaced.', queries: [['sum(kafka_streams_stream_metrics_failed_stream_threads)', 'threads']], levels: noneIsWell }),
        stat({ title: 'Records waiting', about: 'Products and rules that the filter has not taken yet.', queries: [['sum(kafka_consumergroup_lag{consumergroup="product-filter"})', 'records']], unit: 'short', levels: ['green', ['orange', 100], ['red', 10_000]], to: 'topics' }),
        stat({ title: 'From shop to search', about: 'How long the last canary took to become searchable.', queries: [['vygodno_canary_latency_seconds', 'canary']], unit: 's', levels: ['green', ['orange', 5], ['red', 20]] }),
        stat({ title: 'Canaries lost', about: 'Canaries that have not become searchable in time since the exporter started.', queries: [['sum(vygodno_canary_runs_total{outcome="lost"}) or vector(0)', 'lost']], levels: ['green', ['orange', 1]] }),
        series({ title: 'Records filtered', about: 'Records per second that the filter has processed: products, rules and re-evaluations.', queries: [[`sum(rate(${thread('process_total')}[$__rate_interval]))`, 'records']], unit: 'cps', width: 8 }),
        series({ title: 'Time for a record', about: 'How long the filter works on one record, on average per thread.', queries: [[thread('process_latency_avg'), 'thread {{thread}}']], unit: 'ms', width: 8 }),
        series({ title: 'Time to commit', about: 'How long a transaction takes to commit: exactly once has its price.', queries: [[`max(${thread('commit_latency_avg')})`, 'average'], [`max(${thread('commit_latency_max')})`, 'longest']], unit: 'ms', width: 8 }),
      ],
    },
    {
      title: 'The catalogue',
      panels: [
        series({ title: 'Products in and out', about: 'Records per second: raw products from shops, what the filter lets through or retracts, what it holds back, what is no product.', queries: [[written('shop.products'), 'raw'], [written('catalog.products'), 'listed or retracted'], [written('catalog.blocked'), 'held back'], [written('shop.products.dlq'), 'malformed']], unit: 'cps', width: 12 }),
        series({ title: 'From shop to search', about: 'The canary over time.', queries: [['vygodno_canary_latency_seconds', 'canary']], unit: 's', width: 12 }),
        stat({ title: 'Products listed', about: 'Products that can be found.', queries: [['vygodno_products_listed', 'products']], unit: 'short', width: 8, height: 7 }),
        bars({ title: 'Bans in force', about: 'Rules in force, by what they match. task banned -- list shows them.', queries: [['vygodno_bans_in_force', '{{kind}}']], width: 8, height: 7 }),
        bars({ title: 'Products held back', about: 'Products that rules keep out of the catalogue, by kind of rule; one that two rules match counts twice.', queries: [['vygodno_ban_hits', '{{kind}}']], width: 8, height: 7 }),
      ],
    },
  ],
})
