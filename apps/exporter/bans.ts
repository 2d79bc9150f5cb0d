import { BanList } from '../../clients/ban-list.ts'
import type { Environment } from '../../clients/environment.ts'
import { ruleKinds } from '../../clients/rules.ts'
import type { Collector } from './collector.ts'
import { banHits, bansInForce, partitionsWithoutRules } from './metrics.ts'
import { readOn } from './reading.ts'

/**
 * Rules in force by kind, how many products they hold back, and where the filter waits for them; the topics are read on
 * from where the last look ended.
 */
export function banCollector(env: Environment): Collector {
  const list = new BanList()
  const [rules, answers] = [readOn(env, 'catalog.bans', 'beginning'), readOn(env, 'catalog.bans.applied', 'beginning')]
  return {
    name: 'bans',
    everyMs: 30_000,
    collect: async () => {
      await rules((record) => list.accept(record))
      const partitions = await answers((record) => list.acceptAnswer(record))
      const inForce = list.rules()
      for (const kind of ruleKinds) {
        const ofKind = inForce.filter((rule) => rule.kind === kind)
        bansInForce.set({ kind }, ofKind.length)
        banHits.set({ kind }, ofKind.reduce((sum, { rule }) => sum + list.hits(rule), 0))
      }
      partitionsWithoutRules.set(list.withoutRules(partitions).length)
    },
    forget: () => {
      bansInForce.reset()
      banHits.reset()
      partitionsWithoutRules.remove()
    },
  }
}
