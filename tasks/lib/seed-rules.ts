import { randomUUID } from 'node:crypto'
import { BanList } from '../../clients/ban-list.ts'
import type { Patience } from '../../clients/account.ts'
import type { Environment } from '../../clients/environment.ts'
import { followTopic, type Kafka, kafkaClient, type Offsets, readTopic, topicOffsets, withAdmin } from '../../clients/kafka.ts'
import { type Mark, ruleId, seedKey, shortName } from '../../clients/rules.ts'
import { answersTopic, type BanRecord, bansTopic, newRule, readBans, writeBans } from './bans.ts'
import type { SeedRules } from './config-shapes.ts'

const principal = 'operator'
const filterGroup = 'product-filter'
const takenOverWithinMs = 30_000

/**
 * What is missing of the declared list: its rules, if this version of it has not been loaded yet (what an earlier version
 * brought and a moderator has lifted since stays lifted), and where: partitions without a mark of this version, among them those that may have lost
 * every rule.
 */
export type Missing = { rules: SeedRules['rules']; version: number; unmarked: number[]; lost: number[]; partitions: number[] }

/** Compares the declared list with the one that was loaded. */
export async function missingSeedRules(env: Environment, bans: SeedRules): Promise<Missing> {
  return (await compare(kafkaClient(env, principal), bans)).missing
}

async function compare(kafka: Kafka, bans: SeedRules): Promise<{ missing: Missing; list: BanList }> {
  const { end } = await topicOffsets(kafka, bansTopic)
  const partitions = [...end.keys()].sort((one, other) => one - other)
  const first = await readBans(kafka, principal)
  const inDoubt = first.withoutRules(partitions).some((partition) => first.marks.has(partition))
  // asked before the answers are read again: who has read a mark has answered it with the same commit
  const read: Offsets = inDoubt ? await filterPositions(kafka) : new Map()
  const list = inDoubt ? await readBans(kafka, principal) : first
  const version = Math.max(0, ...[...list.marks.values()].map((mark) => mark.version))
  const withoutRules = list.withoutRules(partitions)
  const lost = partitions.filter((partition) => {
    const mark = list.marks.get(partition)
    // a mark that the filter has read and not answered came before it knew of marks, or before its state was lost
    return !mark || (withoutRules.includes(partition) && (read.get(partition) ?? -1n) > mark.offset)
  })
  const unmarked = partitions.filter((partition) => lost.includes(partition) || (list.marks.get(partition)?.version ?? 0) < bans.version)
  const brought = loadedOf(list)
  const isMissing = (rule: string) => !list.rule(rule) && !brought.has(shortName(rule))
  const rules = version < bans.version ? bans.rules.filter(({ kind, value }) => isMissing(ruleId(kind, value))) : []
  return { missing: { rules, version, unmarked, lost, partitions }, list }
}

/** The short names of what earlier versions of the list have brought, so that what was lifted since does not come back. */
const loadedOf = (list: BanList) => new Set([...list.marks.values()].flatMap(({ loaded }) => loaded))

/** The filter's next offsets in the ban list; where it has none it begins at the beginning. */
async function filterPositions(kafka: Kafka): Promise<Offsets> {
  const groups = await withAdmin(kafka, (admin) => admin.fetchOffsets({ groupId: filterGroup, topics: [bansTopic] }))
  return new Map(groups.flatMap(({ partitions }) => partitions.map(({ partition, offset }) => [partition, BigInt(offset)])))
}

/**
 * Loads what is missing, in one transaction: rules, then the mark that lets the filter go on. It is not awaited, for the
 * filter need not run yet: until it has read the mark it lists nothing.
 */
export async function loadSeedRules(env: Environment, bans: SeedRules): Promise<void> {
  const kafka = kafkaClient(env, principal)
  const { missing, list } = await compare(kafka, bans)
  const added = missing.rules.map(({ kind, value, reason }) => newRule(kind, value, reason))
  const loaded = new Set([...loadedOf(list), ...bans.rules.map(({ kind, value }) => shortName(ruleId(kind, value)))])
  const mark = JSON.stringify({ version: Math.max(bans.version, missing.version), loaded: [...loaded] } satisfies Mark)
  const records = missing.unmarked.flatMap((partition): BanRecord[] => [
    ...[...(missing.lost.includes(partition) ? list.rules() : []), ...added].map((rule) => ({ partition, key: rule.rule, value: JSON.stringify(rule), headers: { change: rule.change } })),
    { partition, key: seedKey, value: mark, headers: { change: randomUUID() } },
  ])
  if (records.length > 0) await writeBans(kafka, principal, records)
}

/** The partitions in which the product filter waits for the ban list and lists nothing. */
export async function partitionsWithoutRules(env: Environment, limits?: Patience): Promise<number[]> {
  const kafka = kafkaClient(env, principal, limits)
  const { end } = await topicOffsets(kafka, answersTopic)
  const list = new BanList()
  await readTopic(kafka, principal, answersTopic, (record) => list.acceptAnswer(record))
  return list.withoutRules([...end.keys()])
}

/**
 * Returns when the product filter has its rules in every partition.
 *
 * @throws TimeoutError `KAFKA_AWAIT_TIMEOUT` when it does not take them over in time
 */
export async function awaitRules(env: Environment): Promise<void> {
  const kafka = kafkaClient(env, principal)
  const { end } = await topicOffsets(kafka, answersTopic)
  const partitions = [...end.keys()]
  const list = new BanList()
  await readTopic(kafka, principal, answersTopic, (record) => list.acceptAnswer(record))
  if (list.withoutRules(partitions).length === 0) return
  await followTopic(kafka, principal, {
    topic: answersTopic,
    from: end,
    awaited: `the product filter to take over the ban list in partitions ${list.withoutRules(partitions).join(', ')} (until then it lists nothing there)`,
    timeoutMs: takenOverWithinMs,
    onRecord: (record) => {
      list.acceptAnswer(record)
      return list.withoutRules(partitions).length === 0
    },
  })
}
