import { z } from 'zod'
import { clusters } from '../../clients/environment.ts'
import { ruleKinds } from '../../clients/rules.ts'
import { authorities } from './authorities.ts'
import { topicConfigShape } from './topic-settings.ts'
import { text, trueOrFalse, wholeNumber } from './yaml.ts'

/** What the files in `config/` may hold. */

const names = z.array(text.min(1)).prefault([])
// as many as Kafka makes at once
const partitions = wholeNumber(1, 10_000)
const replicas = wholeNumber(1, 100)
const clusterTopics = z.strictObject({
  owns: z.array(text.regex(/^[a-z0-9][a-z0-9._-]*$/, 'expected the beginning of a name: lower-case letters, digits, dots, hyphens')),
  mirrors: names,
  copartitioned: z.array(z.array(text).min(2)).prefault([]),
  topics: z.record(
    text.regex(/^[a-z0-9._-]{1,200}$/, 'expected 1–200 lower-case letters, digits, dots, hyphens'),
    z.strictObject({ partitions, 'replication.factor': replicas.optional(), config: topicConfigShape.prefault({}), grows: trueOrFalse.prefault('false') }),
  ),
})
export const topicsShape = z.strictObject({
  defaults: z.strictObject({ 'replication.factor': replicas, config: topicConfigShape }),
  primary: clusterTopics,
  analytics: clusterTopics,
})

const authority = z.enum(authorities).prefault('platform')
const superOn = z.array(z.enum(clusters)).prefault([])
const clusterOperations = ['DESCRIBE', 'CREATE', 'ALTER', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS'] as const
// Kafka's own keys (https://kafka.apache.org/documentation/#design_quotas), each for every broker by itself
const quota = z.strictObject({
  producer_byte_rate: wholeNumber(1).optional(), // bytes a second
  consumer_byte_rate: wholeNumber(1).optional(), // bytes a second
  request_percentage: wholeNumber(1, 10_000).optional(), // of one thread's time
  controller_mutation_rate: wholeNumber(1).optional(), // partitions made or deleted a second
})
const rights = z.strictObject({
  read: names, write: names, groups: names, transactions: names, own: names, watch: names, inspect: names, inspect_groups: names, copy: names,
  cluster: z.array(z.enum(clusterOperations)).prefault([]),
  quota: quota.prefault({}),
})
export const noRights = rights.parse({})
export const principalsShape = z.strictObject({
  servers: z.record(z.string(), z.strictObject({ super: superOn, authority })),
  clients: z.record(z.string(), z.strictObject({ super: superOn, authority, primary: rights.prefault({}), analytics: rights.prefault({}) })),
})

export const bansShape = z.strictObject({
  version: wholeNumber(1),
  rules: z.array(z.strictObject({ kind: z.enum(ruleKinds), value: text, reason: text.min(1) })),
})

export const foldersShape = z.record(z.string().regex(/^(\/|\$\{)/), z.strictObject({ owner: text.min(1), permission: text.regex(/^[0-7]{3}$/, 'expected three octal digits') }))

// what begins with x- is there to be referred to (as in the Compose Specification)
export const connectorsShape = z.record(z.string(), z.record(z.string(), text))

export type TopicsFile = z.infer<typeof topicsShape>
export type Principals = z.infer<typeof principalsShape>
export type ConnectorsFile = z.infer<typeof connectorsShape>
export type SeedRules = z.infer<typeof bansShape>
