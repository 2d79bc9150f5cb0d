import { randomUUID } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { BanList, type Refused, ruleName } from '../../clients/ban-list.ts'
import type { Environment } from '../../clients/environment.ts'
import { UsageError, VygodnoError } from '../../clients/errors.ts'
import { quoted } from '../../clients/identifier.ts'
import { followTopic, type Kafka, kafkaClient, readTopic, topicOffsets, withProducer } from '../../clients/kafka.ts'
import { kafkaError } from '../../clients/refusal.ts'
import { keyProblem, looksLike, readAnswer, type Rule, ruleId, type RuleKind } from '../../clients/rules.ts'

export const principal = 'moderator'
export const bansTopic = 'catalog.bans'
export const answersTopic = 'catalog.bans.applied'
export const appliedWithinMs = 30_000

/** What a change of the ban list did, summed over all partitions; counts are products. */
export type Effect = {
  rule: string
  change: 'added' | 'removed' | 'already so'
  retracted: number
  reinstated: number
  blocked: number
  /** another rule, in force already, that looks the same */
  alike?: string
}

/** A rule in force and how many products it holds back now. */
export type Listed = Rule & { hits: number }

/**
 * The ban list as it stands in its compacted topics, which alone are the truth; read whole. The answers come first, so that
 * a rule is never taken for one whose record is gone because it was added meanwhile.
 */
export async function readBans(kafka: Kafka, as: string): Promise<BanList> {
  const list = new BanList()
  await readTopic(kafka, as, answersTopic, (record) => list.acceptAnswer(record))
  await readTopic(kafka, as, bansTopic, (record) => list.accept(record))
  return list
}

/** The rules in force, oldest first, with how many products each holds back. */
export async function listBans(env: Environment): Promise<Listed[]> {
  return (await inspectBans(env)).rules
}

/** The same, and what stands beside them in the list without being in force as it stands. */
export async function inspectBans(env: Environment): Promise<{ rules: Listed[]; refused: Refused[] }> {
  return talking(env, async (kafka) => {
    const list = await readBans(kafka, principal)
    return { rules: list.rules().map((rule) => ({ ...rule, hits: list.hits(rule.rule) })), refused: list.refused() }
  })
}

/** Adds a rule and returns when the filter has applied it in every partition. The same rule again is «already so». */
export async function addBan(env: Environment, kind: RuleKind, value: string, reason: string): Promise<Effect> {
  return talking(env, async (kafka) => {
    const id = ruleId(kind, value)
    const list = await readBans(kafka, principal)
    const existing = list.rule(id)
    if (existing && existing.reason === reason) return unchanged(id)
    const rule = newRule(kind, value, reason)
    const alike = existing ? undefined : list.rules().find((other) => looksLike(kind, value, other))?.rule
    return { ...(await change(kafka, Buffer.from(id), rule, rule.change)), ...(alike ? { alike } : {}) }
  })
}

/**
 * Lifts a rule and returns when the filter has reinstated what only this rule held back.
 *
 * @throws UsageError `BAN_REFUSED` when there is no such rule, but one that looks the same: whoever lifts it has to name it
 */
export async function removeBan(env: Environment, kind: RuleKind, value: string): Promise<Effect> {
  return talking(env, async (kafka) => {
    const id = ruleId(kind, value)
    const list = await readBans(kafka, principal)
    if (list.has(Buffer.from(id))) return change(kafka, Buffer.from(id), null, randomUUID())
    const alike = list.rules().find((rule) => looksLike(kind, value, rule))
    if (!alike) return unchanged(id)
    const seen = `expected a rule of the list, got ${quoted(id)}, whose letters differ from ${alike.rule}`
    throw new UsageError('BAN_REFUSED', seen, `task banned -- remove --rule ${quoted(alike.rule)}`)
  })
}

/** Takes away what stands under a key, be it a rule or not. */
export async function removeRecord(env: Environment, key: Buffer): Promise<Effect> {
  return talking(env, async (kafka) => {
    if (!(await readBans(kafka, principal)).has(key)) return unchanged(ruleName(key))
    return change(kafka, key, null, randomUUID())
  })
}

const unchanged = (rule: string): Effect => ({ rule, change: 'already so', retracted: 0, reinstated: 0, blocked: 0 })

/** Who runs the command: a claim of the machine. */
export const whoever = () => `${userInfo().username}@${hostname()}`

/** A rule as it is written now, by whoever runs the command. */
export function newRule(kind: RuleKind, value: string, reason: string): Rule {
  return { rule: ruleId(kind, value), kind, value: value.trim(), reason, by: whoever(), at: new Date().toISOString(), change: randomUUID() }
}

/** Writes a rule, or its removal, to every partition and awaits the filter's answer from all of them. */
async function change(kafka: Kafka, key: Buffer, rule: Rule | null, uuid: string): Promise<Effect> {
  const [{ end }, { start: partitions }] = await Promise.all([topicOffsets(kafka, answersTopic), topicOffsets(kafka, bansTopic)])
  const value = rule && JSON.stringify(rule)
  await writeBans(kafka, principal, [...partitions.keys()].map((partition) => ({ partition, key, value, headers: { change: uuid } })))
  const effect: Effect = { ...unchanged(ruleName(key)), change: rule ? 'added' : 'removed' }
  // the filter has never taken a record of such a key, so it has nothing to answer
  if (keyProblem(key)) return effect
  const missing = new Set(partitions.keys())
  await followTopic(kafka, principal, {
    topic: answersTopic,
    from: end,
    awaited: `the answer of the product filter from all ${partitions.size} partitions (the change itself is written and will be applied)`,
    timeoutMs: appliedWithinMs,
    onRecord: ({ partition, value: bytes }) => {
      const answer = bytes ? readAnswer(bytes) : undefined
      if (answer?.change !== uuid || !missing.delete(partition)) return false
      effect.retracted += answer.retracted
      effect.reinstated += answer.reinstated
      effect.blocked += answer.blocked
      return missing.size === 0
    },
  })
  return effect
}

/** A record of the ban list. */
export type BanRecord = { partition: number; key: Buffer | string; value: string | null; headers: Record<string, string> }

/** Writes records in one transaction: whoever reads sees all of them or none. */
export async function writeBans(kafka: Kafka, as: string, messages: BanRecord[]): Promise<void> {
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
    `${as}-${randomUUID()}`,
  )
}

/** Works as moderator; what Kafka denies is told as a denial of writing the topic. */
export async function talking<T>(env: Environment, work: (kafka: Kafka) => Promise<T>, topic = bansTopic): Promise<T> {
  try {
    return await work(kafkaClient(env, principal))
  } catch (error) {
    throw error instanceof VygodnoError ? error : kafkaError(env, error, { principal, operation: 'WRITE', topic })
  }
}
