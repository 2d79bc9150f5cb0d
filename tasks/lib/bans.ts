import { randomUUID } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { followTopic, type Kafka, kafkaClient, readTopic, topicOffsets, withProducer } from '../../clients/kafka.ts'
import { kafkaError } from '../../clients/refusal.ts'
import { InfraError, VygodnoError } from '../../clients/errors.ts'
import { answerSchema, readRule, type Rule, ruleId, type RuleKind } from '../../clients/rules.ts'
import { loadConfig } from './config.ts'
import type { Change } from './reconcile.ts'

const principal = 'moderator'
const bansTopic = 'catalog.bans'
const answersTopic = 'catalog.bans.applied'
const seedKey = 'seed:bans'
const appliedWithinMs = 30_000
const seedSchema = z.object({ version: z.int() })

/** What a change of the ban list did, summed over all partitions; counts are products. */
export type Effect = { rule: string; change: 'added' | 'removed' | 'already so'; retracted: number; reinstated: number; blocked: number }

/** A rule in force and how many products it holds back now. */
export type Listed = Rule & { hits: number }

/** The ban list as it stands in the compacted topic, which alone is the truth; read whole, that is once per partition. */
async function readBans(kafka: Kafka): Promise<{ rules: Map<string, Rule>; seedVersion: number }> {
  const rules = new Map<string, Rule>()
  let seedVersion = 0
  await readTopic(kafka, principal, bansTopic, ({ partition, key, value }) => {
    // every rule stands in every partition; one of them is enough
    if (partition !== 0 || key === null) return
    if (key === seedKey) seedVersion = value ? seedSchema.parse(JSON.parse(value.toString())).version : 0
    const rule = value && readRule(key, value)
    if (value === null) rules.delete(key)
    else if (rule) rules.set(key, rule)
  })
  return { rules, seedVersion }
}

/** The rules in force, oldest first, with how many products each holds back. */
export async function listBans(env: Environment): Promise<Listed[]> {
  return talking(env, async (kafka) => {
    const hits = new Map<string, Map<number, number>>()
    const [{ rules }] = await Promise.all([
      readBans(kafka),
      readTopic(kafka, principal, answersTopic, ({ partition, key, value }) => {
        if (key === null) return
        const answer = value === null ? undefined : answerSchema.parse(JSON.parse(value.toString()))
        hits.set(key, (hits.get(key) ?? new Map<number, number>()).set(partition, answer?.blocked ?? 0))
      }),
    ])
    return [...rules.values()]
      .sort((one, other) => one.at.localeCompare(other.at))
      .map((rule) => ({ ...rule, hits: [...(hits.get(rule.rule)?.values() ?? [])].reduce((sum, blocked) => sum + blocked, 0) }))
  })
}

/** Adds a rule and returns when the filter has applied it in every partition. The same rule again is «already so». */
export async function addBan(env: Environment, kind: RuleKind, value: string, reason: string): Promise<Effect> {
  return talking(env, async (kafka) => {
    const id = ruleId(kind, value)
    const existing = (await readBans(kafka)).rules.get(id)
    if (existing && existing.reason === reason) return unchanged(id)
    const change = randomUUID()
    return write(kafka, [{ id, change, value: newRule(kind, value, reason, change) }], 'added').then(([effect]) => effect ?? unchanged(id))
  })
}

/** Lifts a rule and returns when the filter has reinstated what only this rule held back. */
export async function removeBan(env: Environment, kind: RuleKind, value: string): Promise<Effect> {
  return talking(env, async (kafka) => {
    const id = ruleId(kind, value)
    if (!(await readBans(kafka)).rules.has(id)) return unchanged(id)
    return write(kafka, [{ id, change: randomUUID(), value: null }], 'removed').then(([effect]) => effect ?? unchanged(id))
  })
}

/**
 * Loads `config/bans.yaml` unless this or a later version of it has been loaded before: what a moderator has lifted since
 * stays lifted.
 *
 * @returns one change for each rule that was added
 */
export async function loadSeedRules(env: Environment): Promise<Change[]> {
  const { bans } = loadConfig(env)
  return talking(env, async (kafka) => {
    const { rules, seedVersion } = await readBans(kafka)
    if (seedVersion >= bans.version) return []
    const due = bans.rules.filter(({ kind, value }) => !rules.has(ruleId(kind, value)))
    const records = due.map(({ kind, value, reason }) => {
      const change = randomUUID()
      return { id: ruleId(kind, value), change, value: newRule(kind, value, reason, change) }
    })
    await write(kafka, records, 'added', { key: seedKey, value: JSON.stringify({ version: bans.version }) })
    return records.map(({ id }): Change => ({ kind: 'bans', action: 'create', id, fields: [] }))
  })
}

const unchanged = (rule: string): Effect => ({ rule, change: 'already so', retracted: 0, reinstated: 0, blocked: 0 })

function newRule(kind: RuleKind, value: string, reason: string, change: string): Rule {
  return { rule: ruleId(kind, value), kind, value: value.trim(), reason, by: `${userInfo().username}@${hostname()}`, at: new Date().toISOString(), change }
}

type RuleRecord = { id: string; change: string; value: Rule | null }

/** Writes rules to every partition in one transaction and awaits every partition's answer to each. */
async function write(kafka: Kafka, records: RuleRecord[], change: 'added' | 'removed', mark?: { key: string; value: string }): Promise<Effect[]> {
  const [{ end }, { start: partitions }] = await Promise.all([topicOffsets(kafka, answersTopic), topicOffsets(kafka, bansTopic)])
  const effects = new Map(records.map(({ id, change: uuid }) => [uuid, { ...unchanged(id), change }]))
  const missing = new Set(records.flatMap(({ change: uuid }) => [...partitions.keys()].map((partition) => `${uuid} ${partition}`)))
  const messages = [...partitions.keys()].flatMap((partition) => [
    ...records.map(({ id, change: uuid, value }) => ({ partition, key: id, value: value && JSON.stringify(value), headers: { change: uuid } })),
    ...(mark ? [{ partition, ...mark }] : []),
  ])
  await withProducer(
    kafka,
    async (producer) => {
      const transaction = await producer.transaction()
      try {
        await transaction.send({ topic: bansTopic, acks: -1, messages })
        await transaction.commit()
      } catch (error) {
        await transaction.abort()
        throw error
      }
    },
    `${principal}-${randomUUID()}`,
  )
  if (missing.size === 0) return []
  await followTopic(kafka, principal, {
    topic: answersTopic,
    from: end,
    awaited: `the answer of the product filter from all ${partitions.size} partitions (the change itself is written and will be applied)`,
    timeoutMs: appliedWithinMs,
    onRecord: ({ partition, value }) => {
      const answer = value && answerSchema.parse(JSON.parse(value.toString()))
      const effect = answer && effects.get(answer.change ?? '')
      if (!answer || !effect || !missing.delete(`${answer.change} ${partition}`)) return false
      effect.retracted += answer.retracted
      effect.reinstated += answer.reinstated
      effect.blocked += answer.blocked
      return missing.size === 0
    },
  })
  return [...effects.values()]
}

async function talking<T>(env: Environment, work: (kafka: Kafka) => Promise<T>): Promise<T> {
  try {
    return await work(kafkaClient(env, principal))
  } catch (error) {
    if (error instanceof VygodnoError) throw error
    if (error instanceof z.ZodError || error instanceof SyntaxError)
      throw new InfraError('BAN_LIST_UNREADABLE', `expected rules in ${bansTopic} and answers in ${answersTopic}, got a record of another form: ${error.message}`, 'task logs -- product-filter', { cause: error })
    throw kafkaError(env, error, { principal, operation: 'WRITE', topic: bansTopic })
  }
}
