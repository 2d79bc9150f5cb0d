import { type Cluster, clusters, type Worker, workers } from '../../clients/environment.ts'
import { didYouMean } from '../../clients/suggestion.ts'
import type { TopicsFile } from './config-shapes.ts'
import type { Loaded, Problem } from './yaml.ts'

type Brokers = Record<Cluster, string[]>
type Topics = TopicsFile[Cluster]['topics']

const servedBy: Record<Worker, Cluster> = { connect: 'primary', mirror: 'analytics' }

/** What the programs that keep their memory in a topic demand of it; they refuse to start with another. */
const memories: { cluster: Cluster; topic: string; partitions?: number; keeper: string }[] = [
  ...workers.flatMap((worker) => [
    { cluster: servedBy[worker], topic: `${worker}.configs`, partitions: 1, keeper: 'Connect' },
    { cluster: servedBy[worker], topic: `${worker}.offsets`, keeper: 'Connect' },
    { cluster: servedBy[worker], topic: `${worker}.status`, keeper: 'Connect' },
  ]),
  { cluster: 'analytics', topic: 'mm2-offset-syncs.primary.internal', partitions: 1, keeper: 'MirrorMaker' },
  { cluster: 'analytics', topic: 'primary.checkpoints.internal', partitions: 1, keeper: 'MirrorMaker' },
]

/** Kafka knows more of them, and `producer`, which leaves it to whoever sends; kafkajs, by which the commands read, does not. */
export const readable = ['uncompressed', 'gzip']

/** Topics that could not be written, that nobody would own, that copy nothing, or that a program could not work with. */
export function checkTopics({ value, problem }: Loaded<TopicsFile>, brokers: Brokers): Problem[] {
  if (!value) return []
  const problems: Problem[] = []
  const point = (path: PropertyKey[], message: string | undefined) => message !== undefined && problems.push(problem(path, message))
  const byDefault = value.defaults['replication.factor']
  point(['defaults', 'replication.factor'], clusters.map((cluster) => tooManyReplicas(byDefault, brokers[cluster])).find(Boolean))
  for (const cluster of clusters) {
    const { owns, mirrors, topics, copartitioned } = value[cluster]
    for (const [name, topic] of Object.entries(topics)) {
      const at = [cluster, 'topics', name]
      const config = { ...value.defaults.config, ...topic.config }
      const replicas = topic['replication.factor'] ?? byDefault
      const inSync = Number(config['min.insync.replicas'] ?? 1)
      const [least, most] = [config['min.compaction.lag.ms'] ?? '0', config['max.compaction.lag.ms']]
      if (topic['replication.factor'] !== undefined) point([...at, 'replication.factor'], tooManyReplicas(replicas, brokers[cluster]))
      if (inSync > replicas) point([...at, 'config', 'min.insync.replicas'], `expected at most replication.factor ${replicas}, got ${inSync}: nothing could be written with acks=all`)
      if (most !== undefined && BigInt(least) > BigInt(most)) point([...at, 'config', 'max.compaction.lag.ms'], `expected at least min.compaction.lag.ms ${least}, got ${most}`)
      const codec = config['compression.type'] ?? 'uncompressed'
      if (!readable.includes(codec)) point([...at, 'config', 'compression.type'], `expected ${readable.join(' or ')}, which every program here reads, got ${codec}`)
      if (!owns.some((prefix) => name.startsWith(prefix))) point(at, `expected a name that begins with one of ${owns.join(', ')} (owns), got ${name}`)
      if (topic.grows && isCompacted(config)) point([...at, 'grows'], 'expected no topic that is compacted, got one: its records are found by key')
      // Kafka takes names for the same that differ in . and _ only
      const twin = Object.keys(topics).find((other) => other !== name && other.replaceAll('_', '.') === name.replaceAll('_', '.'))
      if (twin !== undefined) point(at, `expected a name that differs from ${twin} in more than . and _, got ${name}`)
    }
    const others = Object.keys(value.primary.topics)
    mirrors.forEach((name, index) => {
      const isOriginal = cluster !== 'primary' && others.includes(name) && !(name in topics)
      point([cluster, 'mirrors', index], isOriginal ? undefined : `expected a topic of the primary cluster only, got ${name}${didYouMean(name, others)}`)
    })
    copartitioned.forEach((group, index) => point(...unevenIn(cluster, index, group, topics)))
  }
  for (const { cluster, topic: name, partitions, keeper } of memories) {
    const { [name]: topic } = value[cluster].topics
    if (!topic) point([cluster, 'topics'], `expected ${name}, where ${keeper} keeps its memory, got nothing`)
    else if (partitions !== undefined && topic.partitions !== partitions) point([cluster, 'topics', name, 'partitions'], `expected ${partitions}, for ${keeper} keeps its memory there, got ${topic.partitions}`)
    else if (!isCompacted(topic.config, true)) point([cluster, 'topics', name, 'config', 'cleanup.policy'], `expected compact, for ${keeper} keeps its memory there, got ${topic.config['cleanup.policy'] ?? 'nothing'}`)
  }
  return problems
}

function isCompacted({ 'cleanup.policy': policy = 'delete' }: Record<string, string | undefined>, only = false): boolean {
  const words = policy.split(',').map((word) => word.trim())
  return words.includes('compact') && (!only || words.length === 1)
}

function tooManyReplicas(replicas: number, brokers: string[]): string | undefined {
  return replicas > brokers.length ? `expected at most ${brokers.length}, as many as there are brokers, got ${replicas}` : undefined
}

/** Where a group of topics that must have as many partitions each differs; no message when it does not. */
function unevenIn(cluster: Cluster, index: number, group: string[], topics: Topics): [PropertyKey[], string | undefined] {
  const unknown = group.findIndex((name) => !(name in topics))
  if (unknown >= 0) return [[cluster, 'copartitioned', index, unknown], `expected a topic of this cluster, got ${group[unknown]}${didYouMean(group[unknown] ?? '', Object.keys(topics))}`]
  const [first = '', ...others] = group
  const count = topics[first]?.partitions
  const other = others.find((name) => topics[name]?.partitions !== count)
  return [[cluster, 'topics', other ?? first, 'partitions'], other === undefined ? undefined : `expected ${count}, as ${first} has (copartitioned), got ${topics[other]?.partitions}`]
}
