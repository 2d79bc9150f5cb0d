import { ruleId, seedKey } from '../../../clients/rules.ts'
import { bansTopic } from '../bans.ts'
import type { SeedRules } from '../config-shapes.ts'
import type { Item, Resource } from '../reconcile.ts'
import { loadSeedRules, missingSeedRules } from '../seed-rules.ts'

const rulesOf = ({ rules }: SeedRules): Item[] => rules.map(({ kind, value }) => ({ id: ruleId(kind, value), fields: {} }))
const mark = (version: number, partitions: number): Item => ({ id: seedKey, fields: { version: String(version), partitions: String(partitions) } })

/**
 * The declared ban list, which is loaded once a version: afterwards moderators change it. The product filter lists nothing
 * in a partition that has not seen the mark of the list.
 */
export const bans: Resource = {
  kind: 'bans',
  profile: 'core',
  desired: ({ config }) => [...rulesOf(config.bans), mark(config.bans.version, partitionsOf(config.clusters.primary.topics))],

  read: async ({ env, config, admin }) => {
    if (!(await (await admin('primary')).listTopics()).includes(bansTopic)) return []
    const { rules, version, unmarked, partitions } = await missingSeedRules(env, config.bans)
    const missing = new Set(rules.map(({ kind, value }) => ruleId(kind, value)))
    const loaded = rulesOf(config.bans).filter(({ id }) => !missing.has(id))
    // a file that is older than what was loaded changes nothing
    return version === 0 ? loaded : [...loaded, mark(Math.min(version, config.bans.version), partitions.length - unmarked.length)]
  },

  apply: async ({ env, config }) => loadSeedRules(env, config.bans),
}

const partitionsOf = (topics: { name: string; partitions: number }[]) => topics.find(({ name }) => name === bansTopic)?.partitions ?? 0
