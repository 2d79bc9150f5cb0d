import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectRest } from '../../clients/connect.ts'
import { type Cluster, type Environment, onCluster, workers } from '../../clients/environment.ts'
import { CheckError, UsageError } from '../../clients/errors.ts'
import { kafkaClient, withAdmin } from '../../clients/kafka.ts'
import { didYouMean } from '../../clients/suggestion.ts'
import { step } from '../../clients/terminal.ts'
import type { Service } from './compose.ts'
import { emptyBatch, findBatch, type Found } from './log-segment.ts'
import { type BatchHeader, type Lost, readRecords } from './record-batch.ts'
import { inSync } from './rotation.ts'
import { processOf, restart, up } from './stack.ts'

type Place = { cluster: Cluster; topic: string; partition: number; offset: bigint }
type Replica = { service: Service; found: Found }
/** A batch to be taken out, and where; a replica that has it out already is not among them. */
export type Poison = Place & { header: BatchHeader; batch: Buffer; replicas: Replica[] }

/**
 * Looks for the batch that holds an offset in the logs of all replicas; nothing is changed.
 *
 * @throws UsageError `NO_SUCH_PARTITION`, `NO_SUCH_RECORD`, `NOT_A_RECORD`, `QUARANTINED_ALREADY`
 */
export async function findPoison(env: Environment, services: Service[], place: Place): Promise<Poison> {
  const { topic, partition, offset } = place
  const name = `${topic}-${partition}`
  const all = (await replicasOf(env, services, place)).map((service) => ({
    service,
    found: findBatch(join(service.folders.data, 'log', name), offset),
  }))
  const lacking = all.filter(({ found }) => !found).map(({ service }) => service.name).join(', ')
  if (lacking)
    throw new UsageError('NO_SUCH_RECORD', `expected a record with offset ${offset} in ${name}, ${lacking} has none`, logs)
  const replicas = all.flatMap(({ service, found }) => (found && found.header.records > 0 ? [{ service, found }] : []))
  const [first] = replicas
  if (!first)
    throw new UsageError('QUARANTINED_ALREADY', `expected records at offset ${offset} of ${name}, got an empty batch`, 'task up')
  const { header, batch } = first.found
  if (header.isControl || topic.startsWith('__'))
    throw new UsageError('NOT_A_RECORD', `expected a record of a topic, got Kafka's own at offset ${offset} of ${name}`, logs)
  return { ...place, header, batch, replicas }
}

const logs = "the log of the reader that can't go on names the offset: task logs -- product-filter"

async function replicasOf(env: Environment, services: Service[], { cluster, topic, partition }: Place): Promise<Service[]> {
  const addresses = env.clusters[cluster].brokers
  const brokers = services.filter(({ probe }) => probe?.kind === 'kafka' && addresses.includes(probe.target))
  const kafka = kafkaClient(onCluster(env, cluster), 'operator')
  const { topics } = await withAdmin(kafka, (admin) => admin.fetchTopicMetadata())
  const wanted = topics.find(({ name }) => name === topic)?.partitions.find(({ partitionId }) => partitionId === partition)
  const meant = didYouMean(topic, topics.map(({ name }) => name))
  const seen = `expected a partition of the ${cluster} cluster, got ${topic}-${partition}${meant}`
  if (!wanted) throw new UsageError('NO_SUCH_PARTITION', seen, 'task plan -- topics')
  return brokers.filter(({ environment }) => wanted.replicas.includes(Number(environment.NODE_ID)))
}

/**
 * Keeps the batch as it stands in the log: `.stack/…/quarantine/CLUSTER-TOPIC-PARTITION-OFFSET.json`, for the owner only. No
 * more than 1 MiB of it is decompressed, to say what it holds.
 */
export async function keepAside(env: Environment, poison: Poison): Promise<{ file: string; lost: Lost[] }> {
  const { cluster, topic, partition, header, batch } = poison
  const folder = join(env.stack, 'quarantine')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, `${cluster}-${topic}-${partition}-${header.baseOffset}.json`)
  const lost = await readRecords(batch)
  const place = { cluster, topic, partition, baseOffset: String(header.baseOffset), lastOffset: String(header.lastOffset) }
  const sha256 = createHash('sha256').update(batch).digest('hex')
  const kept = { ...header, ...place, sha256, lost, batch: batch.toString('base64') }
  // the first time counts: a command that goes on finds the same
  if (!existsSync(file)) writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 })
  return { file, lost }
}

/** Takes the records out of one replica while its broker is down; the others serve the topic meanwhile. */
export async function takeOut(env: Environment, { service, found }: Replica, progress: (text: string) => void): Promise<void> {
  const name = `${found.header.baseOffset} of ${found.folder}`
  const empty = () => {
    // a broker that compacts its log moves what stands in it
    const now = findBatch(found.folder, found.header.baseOffset)
    if (!now) throw new CheckError('RECORD_MOVED', `expected the batch ${name}, it has gone`, 'the same command again')
    if (now.header.records > 0) emptyBatch(now)
  }
  if (processOf(env, service)) await inSync(env, service, progress)
  await restart(env, service, empty)
  await inSync(env, service, progress)
}

/**
 * Starts what has died of the record, and all connectors anew: each goes on where it was, but one that met the record keeps
 * what it has fetched, and MirrorMaker does not even fail of it. Other readers fetch again by themselves.
 */
export async function readersGoOn(env: Environment, services: Service[]): Promise<void> {
  await up(env, services)
  for (const worker of workers) {
    if (!services.some(({ name }) => name === worker)) continue
    const rest = connectRest(env, worker)
    const names = Object.keys(await rest.states())
    await step(`connectors of ${worker} go on`, () => Promise.all(names.map(rest.restart)))
  }
}
