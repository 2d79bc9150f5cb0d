import type { Environment } from '../../clients/environment.ts'
import { answerSchema, readRule, ruleKinds } from '../../clients/rules.ts'
import type { Collector } from './collector.ts'
import { banHits, bansInForce } from './metrics.ts'
import { readOn } from './reading.ts'

// beside the rules the topic holds which seed file has been loaded
const isRule = (key: string) => !key.startsWith('seed:')

/** Rules in force by kind, and how many products they hold back; the topics are read on from where the last look ended. */
export function banCollector(env: Environment): Collector {
  const kinds = new Map<string, string>()
  const blocked = new Map<string, Map<number, number>>()
  const [rules, answers] = [readOn(env, 'catalog.bans', 'beginning'), readOn(env, 'catalog.bans.applied', 'beginning')]
  return {
    name: 'bans',
    everyMs: 30_000,
    collect: async () => {
      await rules(({ partition, key, value }) => {
        // every rule stands in every partition; one of them is enough
        if (partition !== 0 || key === null || !isRule(key)) return
        const rule = value && readRule(key, value)
        if (value === null) kinds.delete(key)
        else if (rule) kinds.set(key, rule.kind)
      })
      await answers(({ partition, key, value }) => {
        if (key === null) return
        const count = value === null ? 0 : answerSchema.parse(JSON.parse(value.toString())).blocked
        blocked.set(key, (blocked.get(key) ?? new Map<number, number>()).set(partition, count))
      })
      for (const kind of ruleKinds) {
        const ofKind = [...kinds].filter(([, each]) => each === kind).map(([rule]) => rule)
        bansInForce.set({ kind }, ofKind.length)
        banHits.set({ kind }, ofKind.flatMap((rule) => [...(blocked.get(rule)?.values() ?? [])]).reduce((sum, count) => sum + count, 0))
      }
    },
    forget: () => {
      bansInForce.reset()
      banHits.reset()
    },
  }
}
