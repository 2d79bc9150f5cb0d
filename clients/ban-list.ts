import { isUtf8 } from 'node:buffer'
import { quoted } from './identifier.ts'
import type { Read } from './kafka.ts'
import { checkRule, type Mark, readAnswer, readMark, type Rule, seedKey } from './rules.ts'

/** What stands in the list, or in the filter, and is not in force as it stands, under the name that `banned remove --rule` takes. */
export type Refused = { rule: string; problem: string }

type Entry = { key: Buffer; rule?: Rule; inForceIn: Set<number>; problems: Map<number, string> }

/**
 * The ban list, folded from its two topics. Every rule stands in every partition of `catalog.bans`; one that has been lost
 * in some is still in force in the others. A record that is no rule, mark or answer hides nothing but itself.
 */
export class BanList {
  /** By the bytes of the key. */
  private readonly entries = new Map<string, Entry>()
  private readonly blocked = new Map<string, Map<number, number>>()
  private readonly answered = new Set<number>()
  /** By partition. */
  readonly marks = new Map<number, Mark & { offset: bigint }>()

  /** Takes the next record of `catalog.bans`. */
  accept({ partition, offset, keyBytes, value }: Read): void {
    if (keyBytes === null) return
    const [bytes, name] = [keyBytes.toString('latin1'), keyBytes.toString()]
    const isMark = name === seedKey
    const mark = isMark && value ? readMark(value) : undefined
    if (isMark) this.marks.delete(partition)
    if (mark) this.marks.set(partition, { ...mark, offset: BigInt(offset) })
    // the marks of other lists are nobody's here
    if (value === null || mark || (name.startsWith('seed:') && !isMark)) return this.forget(bytes, partition)
    const entry: Entry = this.entries.get(bytes) ?? { key: keyBytes, inForceIn: new Set(), problems: new Map() }
    this.entries.set(bytes, entry)
    const checked = isMark ? { problem: 'expected a mark of the list such as {"version":1}' } : checkRule(keyBytes, value)
    if ('problem' in checked) entry.problems.set(partition, checked.problem)
    else {
      entry.rule = checked.rule
      entry.inForceIn.add(partition)
      entry.problems.delete(partition)
    }
  }

  /** Takes the next record of `catalog.bans.applied`. */
  acceptAnswer({ partition, key, value }: Read): void {
    if (key === null) return
    const answer = value ? readAnswer(value) : undefined
    if (key === seedKey) {
      if (answer && answer.action !== 'removed') this.answered.add(partition)
      else this.answered.delete(partition)
    } else if (answer) this.blocked.set(key, (this.blocked.get(key) ?? new Map<number, number>()).set(partition, answer.blocked))
    else if (value === null) this.blocked.get(key)?.delete(partition)
  }

  /** The rules in force, oldest first. */
  rules(): Rule[] {
    const inForce = [...this.entries.values()].flatMap(({ rule, inForceIn }) => (rule && inForceIn.size > 0 ? [rule] : []))
    return inForce.sort((one, other) => one.at.localeCompare(other.at))
  }

  /** The rule of that id, if it is in force. */
  rule(id: string): Rule | undefined {
    const entry = this.entries.get(Buffer.from(id).toString('latin1'))
    return entry && entry.inForceIn.size > 0 ? entry.rule : undefined
  }

  /** How many products the rule holds back. */
  hits(id: string): number {
    return [...(this.blocked.get(id)?.values() ?? [])].reduce((sum, count) => sum + count, 0)
  }

  /** Records that are no rules, and rules that the filter applies though their records are gone. */
  refused(): Refused[] {
    const records = [...this.entries.values()].flatMap(({ key, problems }) => [...new Set(problems.values())].map((problem) => ({ rule: ruleName(key), problem })))
    const gone = [...this.blocked].filter(([id, answers]) => answers.size > 0 && !this.entries.has(Buffer.from(id).toString('latin1')))
    return [...records, ...gone.map(([id]) => ({ rule: ruleName(Buffer.from(id)), problem: 'the filter applies it, its record is gone' }))]
  }

  /** Whether anything stands under a key: a rule, a record that is none, or a rule that only the filter has. */
  has(key: Buffer): boolean {
    return this.entries.has(key.toString('latin1')) || (this.blocked.get(key.toString())?.size ?? 0) > 0
  }

  /** Those of the partitions in which the filter has not seen the mark of the list, so that it lists nothing there. */
  withoutRules(partitions: number[]): number[] {
    return partitions.filter((partition) => !this.answered.has(partition))
  }

  private forget(bytes: string, partition: number): void {
    const entry = this.entries.get(bytes)
    entry?.inForceIn.delete(partition)
    entry?.problems.delete(partition)
    if (entry && entry.inForceIn.size + entry.problems.size === 0) this.entries.delete(bytes)
  }
}

/** A key as text that a person can read and type: one that is no UTF-8, or holds what can't be seen, in hexadecimal. */
export function ruleName(key: Buffer): string {
  const text = key.toString()
  const plain = isUtf8(key) && text === text.trim() && quoted(text) === `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  return plain && !text.startsWith('hex:') ? text : `hex:${key.toString('hex')}`
}

/** The key that such a text names. */
export function ruleKey(name: string): Buffer {
  return /^hex:([0-9a-f]{2})+$/.test(name) ? Buffer.from(name.slice(4), 'hex') : Buffer.from(name)
}
