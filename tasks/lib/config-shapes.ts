import { z } from 'zod'
import { clusters } from '../../clients/environment.ts'
import { ruleKinds } from '../../clients/rules.ts'
import { authorities } from './authorities.ts'

/** What the files in `config/` may hold. */

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String)

/** Topic settings that may be declared: Kafka 4.3's own names (TopicConfig). */
const topicConfigNames = [
  'cleanup.policy', 'compression.type', 'delete.retention.ms', 'file.delete.delay.ms', 'flush.messages', 'flush.ms',
  'index.interval.bytes', 'max.compaction.lag.ms', 'max.message.bytes', 'message.timestamp.type', 'min.cleanable.dirty.ratio',
  'min.compaction.lag.ms', 'min.insync.replicas', 'retention.bytes', 'retention.ms', 'segment.bytes', 'segment.ms',
  'unclean.leader.election.enable',
] as const
const topicConfig = z.strictObject(Object.fromEntries(topicConfigNames.map((name) => [name, scalar.optional()])))

const names = z.array(z.string()).prefault([])
const clusterTopics = z.strictObject({
  owns: z.array(z.string()),
  mirrors: names,
  topics: z.record(
    z.string().regex(/^[a-z0-9._-]{1,200}$/),
    z.strictObject({ partitions: z.int().positive(), 'replication.factor': z.int().positive().optional(), config: topicConfig.prefault({}) }),
  ),
})
export const topicsShape = z.strictObject({
  defaults: z.strictObject({ 'replication.factor': z.int().positive(), config: topicConfig }),
  primary: clusterTopics,
  analytics: clusterTopics,
})

const authority = z.enum(authorities).prefault('platform')
const superOn = z.array(z.enum(clusters)).prefault([])
const clusterOperations = ['DESCRIBE', 'CREATE', 'ALTER', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'] as const
const rights = z.strictObject({
  read: names, write: names, groups: names, transactions: names, own: names, watch: names, inspect: names, inspect_groups: names, copy: names,
  cluster: z.array(z.enum(clusterOperations)).prefault([]),
})
export const principalsShape = z.strictObject({
  servers: z.record(z.string(), z.strictObject({ super: superOn, authority })),
  clients: z.record(z.string(), z.strictObject({ super: superOn, authority, primary: rights.prefault({}), analytics: rights.prefault({}) })),
})

export const bansShape = z.strictObject({
  version: z.int().positive(),
  rules: z.array(z.strictObject({ kind: z.enum(ruleKinds), value: scalar, reason: z.string().min(1) })),
})

export const foldersShape = z.record(z.string().regex(/^(\/|\$\{)/), z.strictObject({ owner: z.string(), permission: z.string().regex(/^[0-7]{3}$/) }))

// what begins with x- is there to be referred to (as in the Compose Specification)
export const connectorsShape = z.record(z.string(), z.record(z.string(), scalar))

export type TopicsFile = z.infer<typeof topicsShape>
export type Principals = z.infer<typeof principalsShape>
export type ConnectorsFile = z.infer<typeof connectorsShape>
export type SeedRules = z.infer<typeof bansShape>
