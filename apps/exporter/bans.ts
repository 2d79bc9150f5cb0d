import type { Environment } from '../../clients/environment.ts'
import { kafkaClient, type Offsets, readTopic, type Read } from '../../clients/kafka.ts'
import { answerSchema, readRule, ruleKinds } from '../../clients/rules.ts'
import type { Collector } from './collector.ts'
import { banHits, bansInForce } from './metrics.ts'

const principal = 'exporter'
// beside the rules the topic holds which seed file has been loaded
const isRule = (key: string) => !key.startsWith('seed:')

/** Rules in force by kind, and how many products they hold back; the topics are read on from where the last look ended. */
export function banCollector(env: Environment): Collector {
  const kafka = kafkaClient(env, principal)
  const kinds = new Map<string, string>()
  const blocked = new Map<string, Map<number, number>>()
  const positions = new Map<string, Offsets>()
  const readOn = async (topic: string, accept: (record: Read & { key: string }) => void) => {
    const from: Offsets = positions.get(topic) ?? new Map()
    positions.set(topic, from)
    await readTopic(kafka, principal, topic, (record) => {
      from.set(record.partition, BigInt(record.offset) + 1n)
      if (record.key !== null) accept({ ...record, key: record.key })
    }, from)
  }
  return {
    name: 'bans',
    everyMs: 30_000,
    collect: async () => {
      await readOn('catalog.bans', ({ partition, key, value }) => {
        // every rule stands in every partition; one of them is enough
        if (partition !== 0 || !isRule(key)) return
        const rule = value && readRule(key, value)
        if (value === null) kinds.delete(key)
        else if (rule) kinds.set(key, rule.kind)
      })
      await readOn('catalog.bans.applied', ({ partition, key, value }) => {
        const count = value === null ? 0 : answerSchema.parse(JSON.parse(value.toString())).blocked
        blocked.set(key, (blocked.get(key) ?? new Map<number, number>()).set(partition, count))
      })
      for (const kind of ruleKinds) {
        const rules = [...kinds].filter(([, each]) => each === kind).map(([rule]) => rule)
        bansInForce.set({ kind }, rules.length)
        banHits.set({ kind }, rules.flatMap((rule) => [...(blocked.get(rule)?.values() ?? [])]).reduce((sum, count) => sum + count, 0))
      }
    },
    forget: () => {
      bansInForce.reset()
      banHits.reset()
    },
  }
}
