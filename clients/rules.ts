import { z } from 'zod'

/** What a ban rule can match, in the order of `task banned -- add --help`. */
export const ruleKinds = ['id', 'sku', 'brand', 'category', 'store', 'words'] as const
export type RuleKind = (typeof ruleKinds)[number]

// the filter looks at kind and value only, so what else there is must not make a rule in force invisible
const note = z.string().catch('')
const ruleSchema = z.object({ rule: note, kind: z.enum(ruleKinds), value: z.string(), reason: note, by: note, at: note, change: note })
/** A rule as it stands in `catalog.bans`. */
export type Rule = z.infer<typeof ruleSchema>

/** One partition's answer of the filter in `catalog.bans.applied`; counts are products. */
export const answerSchema = z.object({
  rule: z.string(),
  // none of a rule that was written by another program and does not name its change
  change: z.string().nullable(),
  action: z.enum(['added', 'removed', 'updated']),
  partition: z.int(),
  retracted: z.int(),
  reinstated: z.int(),
  blocked: z.int(),
  at: z.string(),
})

/**
 * The key of a rule: two spellings of the same rule (case, ё/е, ς/σ, spaces) are one rule. Ids are exact.
 */
export function ruleId(kind: RuleKind, value: string): string {
  if (kind === 'id') return `id:${value.trim()}`
  return `${kind}:${value.normalize('NFC').trim().toLowerCase().replaceAll('ё', 'е').replaceAll('ς', 'σ').replace(/\s+/g, ' ')}`
}

/**
 * The rule that a record of `catalog.bans` holds; undefined when it is none. The filter sets such a record aside in the
 * dead-letter topic, and what was in force under its key stays so.
 */
export function readRule(key: string, value: Buffer): Rule | undefined {
  try {
    const rule = ruleSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value)))
    return ruleId(rule.kind, rule.value) === key ? { ...rule, rule: key } : undefined
  } catch {
    return undefined
  }
}
