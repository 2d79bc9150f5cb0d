import { Counter, Gauge, type LabelValues, Registry } from 'prom-client'

/** Everything that the exporter shows. Names of consumer groups and topics are those of the common kafka_exporter. */
export const registry = new Registry()

function gauge<L extends string>(name: string, help: string, labelNames: L[] = []): Gauge<L> {
  return new Gauge<L>({ name, help, labelNames, registers: [registry] })
}

function counter<L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> {
  return new Counter<L>({ name, help, labelNames, registers: [registry] })
}

/** One value of a gauge and the labels it stands under. */
export type Sample<L extends string> = { labels: LabelValues<L>; value: number }

/**
 * The part of a gauge that one collector is in charge of.
 *
 * @returns a function that replaces all samples set through it before, so that what is gone does not stay on
 */
export function seriesOf<L extends string>(owned: Gauge<L>): (samples: Sample<L>[]) => void {
  let last: Sample<L>[] = []
  return (samples) => {
    for (const { labels } of last) owned.remove(labels)
    for (const { labels, value } of samples) owned.set(labels, value)
    last = samples
  }
}

export const collectorUp = gauge('vygodno_collector_up', '1 when the last look succeeded', ['collector'])
export const collectorDuration = gauge('vygodno_collector_duration_seconds', 'how long the last look took', ['collector'])

export const serviceUp = gauge('vygodno_service_up', '1 when a service that shows no metrics by itself answers its health check', ['service'])

export const groupLag = gauge('kafka_consumergroup_lag', 'records between the committed offset and the end of the partition', ['cluster', 'consumergroup', 'topic', 'partition'])
export const topicEnd = gauge('kafka_topic_partition_current_offset', 'offset after the last record', ['cluster', 'topic', 'partition'])

export const mirrorLag = gauge('vygodno_mirror_lag', 'records of the primary cluster that the mirror has not copied yet', ['topic', 'partition'])
export const mirrorMadeAnew = gauge('vygodno_mirror_made_anew', '1 when a mirrored topic or its copy was deleted, or made anew since the copy was begun', ['topic'])

export const connectorState = gauge('vygodno_connector_state', '1 for the state that a connector is in', ['worker', 'connector', 'state'])
export const connectorTasks = gauge('vygodno_connector_tasks', 'tasks of a connector by state', ['worker', 'connector', 'state'])
export const connectorRestarts = counter('vygodno_connector_restarts_total', 'restarts of failed tasks by the supervisor', ['worker', 'connector'])

export const sinkFileWritten = gauge('vygodno_sink_file_written', '1 when what a running file sink writes can be found in its file', ['connector'])

export const bansInForce = gauge('vygodno_bans_in_force', 'ban rules in force, by what they match', ['kind'])
export const partitionsWithoutRules = gauge('vygodno_filter_partitions_without_rules', 'partitions in which the product filter waits for the ban list and lists nothing')
export const banHits = gauge('vygodno_ban_hits', 'products held back, by the kind of rule; a product that two rules match counts twice', ['kind'])

export const clientEvents = counter('vygodno_client_events_total', 'events of customers seen since the exporter started', ['type'])
export const emptySearches = counter('vygodno_searches_without_results_total', 'searches that found nothing, seen since the exporter started')

export const canaryLatency = gauge('vygodno_canary_latency_seconds', 'from sending a product to its row in PostgreSQL, last run; a lost one counts as the time waited')
export const canaryRuns = counter('vygodno_canary_runs_total', 'canaries sent, by outcome', ['outcome'])

export const bannedCanaries = counter('vygodno_banned_canary_runs_total', 'canaries sent that a rule has to hold back, by what became of them', ['outcome'])
export const bannedCanaryState = gauge('vygodno_banned_canary_state', '1 for what became of the last canary that a rule has to hold back: held, passed, or late', ['state'])

export const recommendationAge = gauge('vygodno_recommendations_age_seconds', 'age of the newest recommendation that is served')
export const productsListed = gauge('vygodno_products_listed', 'products that can be found')

export const certificateDays = gauge('vygodno_certificate_days_left', 'days until a certificate expires', ['certificate'])
export const diskFree = gauge('vygodno_disk_available_bytes', 'space left on the file system of the stack')
export const diskSize = gauge('vygodno_disk_size_bytes', 'size of the file system of the stack')
