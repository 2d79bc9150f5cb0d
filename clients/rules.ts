import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { identifierExpected, isIdentifier, isVisible, quoted } from './identifier.ts'
import { formOf, keyOf, wordsOf } from './text.ts'

/** What a ban rule can match, in the order of `task banned -- add --help`. */
export const ruleKinds = ['id', 'sku', 'brand', 'category', 'store', 'words'] as const
export type RuleKind = (typeof ruleKinds)[number]

// the filter looks at kind and value only, so what else there is must not make a rule in force invisible
const note = z.string().catch('')
const ruleSchema = z.object({ rule: note, kind: z.enum(ruleKinds), value: z.string(), reason: note, by: note, at: note, change: note })
/** A rule as it stands in `catalog.bans`. */
export type Rule = z.infer<typeof ruleSchema>

/** One partition's answer of the filter in `catalog.bans.applied`; counts are products. */
const answerSchema = z.object({
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

/** Whether two rules of one kind look the same to a person, though their letters differ; an id is exact. */
export function looksLike(kind: RuleKind, value: string, other: Rule): boolean {
  if (kind === 'id' || other.kind !== kind || other.rule === ruleId(kind, value)) return false
  return keyOf(value) === keyOf(other.value)
}

/** The filter repeats a rule's key in every record about what the rule holds back. */
const MAX_KEY_BYTES = 1_000
const MAX_CHANGE = 100
const MAX_REASON = 500

/** Kinds whose value names one thing, so that it must be that name to the letter. */
const exactKinds: readonly RuleKind[] = ['id', 'sku', 'store']
const broken = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u

/** Beside its rules a list has a mark, written behind them: it says that they are there, and of which version they are. */
export const seedKey = 'seed:bans'
const seedSchema = z.object({ version: z.int().min(1).max(2 ** 31 - 1), loaded: z.array(z.string()).catch([]).default([]) })
/** What a mark says: the version of the list, and the short names of all rules that this list has ever brought. */
export type Mark = z.infer<typeof seedSchema>

/** What is wrong with the key of a record in the ban list; undefined when the filter takes it. */
export function keyProblem(key: Buffer | null): string | undefined {
  if (key === null || key.length === 0 || key.length > MAX_KEY_BYTES) return `expected a key of 1 to ${MAX_KEY_BYTES} bytes, got ${key?.length ?? 0}`
  return isUtf8(key) ? undefined : 'expected a key in UTF-8, got other bytes'
}

/**
 * Why somebody may not add a rule, at the command line or in `config/bans.yaml`; undefined when he may. Whatever is let
 * in here the filter takes; tests/fixtures/rule-cases.json holds both to it.
 */
export function ruleProblem(kind: RuleKind, value: string): string | undefined {
  if (exactKinds.includes(kind)) return isIdentifier(value) ? undefined : `expected ${identifierExpected}, got ${quoted(value)}`
  if (broken.test(value)) return `expected text without control characters, got ${quoted(shorten(value))}`
  const problem = isVisible(value) ? formProblem(kind, value) : `expected text to compare, got ${quoted(shorten(value))}`
  if (problem) return problem
  const bytes = Buffer.byteLength(ruleId(kind, value))
  return bytes > MAX_KEY_BYTES ? `expected a rule whose name takes at most ${MAX_KEY_BYTES} bytes, got ${bytes}: ${quoted(shorten(value))}` : undefined
}

/** Why a text can't be the reason of a ban; undefined when it can. */
export function reasonProblem(reason: string): string | undefined {
  if (!isVisible(reason)) return `expected a reason, got ${quoted(shorten(reason))}`
  if (broken.test(reason)) return `expected a reason without control characters, got ${quoted(shorten(reason))}`
  return reason.length > MAX_REASON ? `expected a reason of at most ${MAX_REASON} characters, got ${reason.length}` : undefined
}

/** A rule of the list, or why the filter refuses the record. */
export type Checked = { rule: Rule } | { problem: string }

/**
 * Reads a record of `catalog.bans` as the filter does. It sets a record aside that is no rule, and what was in force
 * under its key stays so.
 */
export function checkRule(key: Buffer, value: Buffer): Checked {
  const problem = keyProblem(key)
  if (problem) return { problem }
  if (!isUtf8(value)) return { problem: 'expected UTF-8, got other bytes' }
  const { data, error } = ruleSchema.safeParse(parsed(value))
  if (!data) return { problem: `expected a rule {kind, value}, got another form${error.issues[0]?.path.length ? `: ${error.issues[0].path.join('.')}` : ''}` }
  const wrong = formProblem(data.kind, data.value) ?? (data.change.length > MAX_CHANGE ? `change: expected at most ${MAX_CHANGE} characters` : undefined)
  if (wrong) return { problem: wrong }
  const id = ruleId(data.kind, data.value)
  return id === key.toString() ? { rule: { ...data, rule: id } } : { problem: `expected the rule of its key, got ${quoted(shorten(id))}` }
}

/** The rule that a record of `catalog.bans` holds; undefined when it is none. */
export function readRule(key: string, value: Buffer): Rule | undefined {
  const checked = checkRule(Buffer.from(key), value)
  return 'rule' in checked ? checked.rule : undefined
}

/** Reads a mark; undefined when it is none. */
export function readMark(value: Buffer): Mark | undefined {
  return seedSchema.safeParse(parsed(value)).data
}

/** A rule's name in a mark, which is one record and may have to hold thousands: 16 hexadecimal digits of its key's SHA-256. */
export function shortName(rule: string): string {
  return createHash('sha256').update(rule).digest('hex').slice(0, 16)
}

/** One partition's answer; undefined when the record is none. */
export function readAnswer(value: Buffer): z.infer<typeof answerSchema> | undefined {
  return answerSchema.safeParse(parsed(value)).data
}

/** Why there is nothing to compare products with; undefined when there is. */
function formProblem(kind: RuleKind, value: string): string | undefined {
  if (kind === 'words') return wordsOf(value).length > 0 ? undefined : `expected words with letters or digits, got ${quoted(shorten(value))}`
  return (kind === 'id' ? value.trim() : formOf(value)) ? undefined : `expected text to compare, got ${quoted(shorten(value))}`
}

function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value))
  } catch {
    return undefined
  }
}

const shorten = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text)
