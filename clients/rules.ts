import { z } from 'zod'

/** What a ban rule can match, in the order of `task banned -- add --help`. */
export const ruleKinds = ['id', 'sku', 'brand', 'category', 'store', 'words'] as const
export type RuleKind = (typeof ruleKinds)[number]

/** A rule as it stands in `catalog.bans`. */
export const ruleSchema = z.object({
  rule: z.string(),
  kind: z.enum(ruleKinds),
  value: z.string(),
  reason: z.string(),
  by: z.string(),
  at: z.string(),
  change: z.string(),
})
export type Rule = z.infer<typeof ruleSchema>

/** One partition's answer of the filter in `catalog.bans.applied`; counts are products. */
export const answerSchema = z.object({
  rule: z.string(),
  change: z.string(),
  action: z.enum(['added', 'removed', 'updated']),
  partition: z.int(),
  retracted: z.int(),
  reinstated: z.int(),
  blocked: z.int(),
  at: z.string(),
})

/**
 * The key of a rule: two spellings of the same rule (case, ё/е, spaces) are one rule. Ids are exact.
 */
export function ruleId(kind: RuleKind, value: string): string {
  const trimmed = value.normalize('NFC').trim()
  return `${kind}:${kind === 'id' ? trimmed : trimmed.toLowerCase().replaceAll('ё', 'е').replace(/\s+/g, ' ')}`
}
