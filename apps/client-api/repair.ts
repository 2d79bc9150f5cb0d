import { mistakes, tolerated } from './distance.ts'
import { otherAlphabet } from '../../clients/alphabet.ts'
import { otherLayout } from './layout.ts'
import type { Part, Query } from './query.ts'
import { allOf, beginningTerm, phraseTerm, wordTerm } from './terms.ts'
import { wordsOf } from '../../clients/text.ts'
import type { Counts, Similar } from './vocabulary.ts'

/** What was searched for instead of what was typed, and why. */
export type Correction = { typed: string; used: string; reason: 'layout' | 'alphabet' | 'spacing' | 'typo' }

/**
 * One word of the query, or what is taken for it. A word without `term` is in no product; one that is `ignored` in all;
 * of one with `beginning` products have only longer words.
 */
export type Unit = { typed: string; term?: string; beginning?: string; ignored?: boolean; correction?: Correction }

type Reading = { used: string; term: string; reason: Correction['reason']; parts: number }

const unitOf = (typed: string, { used, term, reason }: Reading): Unit => ({
  typed,
  term,
  correction: { typed, used, reason },
})

/** Other readings of a part of the query that are words without a mistake, likeliest first. */
function readings(part: Part, next: Part | undefined): Reading[] {
  const result: Reading[] = []
  const switched = wordsOf(otherLayout(part.typed))
  if (switched.length > 0)
    result.push({ used: switched.join(' '), term: allOf(switched.map(wordTerm)), reason: 'layout', parts: 1 })
  const [word, ...more] = part.words
  if (word === undefined || more.length > 0) return result
  const following = next?.words.length === 1 ? next.words[0] : undefined
  if (following) result.push({ used: word + following, term: wordTerm(word + following), reason: 'spacing', parts: 2 })
  const written = otherAlphabet(word)
  if (word.length > 2) result.push({ used: written, term: wordTerm(written), reason: 'alphabet', parts: 1 })
  for (let at = 2; at <= word.length - 2; at++) {
    const halves = [word.slice(0, at), word.slice(at)]
    result.push({ used: halves.join(' '), term: phraseTerm(halves), reason: 'spacing', parts: 1 })
  }
  return result
}

const lastBeginning = ({ parts }: Query): string => beginningTerm(parts.at(-1)?.words.at(-1) ?? '')

/** The terms whose counts `reread` needs. */
export function termsToCount(query: Query): string[] {
  const { parts } = query
  const terms = parts.flatMap((part, at) => [
    ...part.words.map(wordTerm),
    ...readings(part, parts[at + 1]).map(({ term }) => term),
  ])
  return [...terms, lastBeginning(query)].filter(Boolean)
}

/**
 * Reads what no product has in another way: typed in the wrong keyboard layout or alphabet, words wrongly joined or
 * divided. A known word is left alone, unless it and the next make another known one: «термо кружка».
 */
export function reread(query: Query, counts: Counts): Unit[] {
  const { parts } = query
  const productsWith = (term: string) => counts.get(term) ?? 0
  const beginning = lastBeginning(query)
  const begun = productsWith(beginning) > 0
  const units: Unit[] = []
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at]
    if (!part) break
    const isLast = at === parts.length - 1
    const own = part.words.map((typed, index): Unit => {
      const term = wordTerm(typed)
      if (productsWith(term) !== 0) return { typed, term, ignored: productsWith(term) < 0 }
      return begun && isLast && index === part.words.length - 1 ? { typed, term, beginning } : { typed }
    })
    const unknown = own.some(({ term }) => !term)
    const [reading] = readings(part, parts[at + 1])
      .filter(({ term, parts: covered }) => productsWith(term) > 0 && (unknown || covered > 1))
      .sort((one, other) => productsWith(other.term) - productsWith(one.term))
    if (reading) {
      const covered = parts.slice(at, at + reading.parts).map(({ typed }) => typed)
      units.push(unitOf(covered.join(' '), reading))
      at += reading.parts - 1
    } else units.push(...own)
  }
  return units
}

/** The words whose likes `corrected` needs: what is still unknown, as typed and in the other layout and alphabet. */
export function wordsToCompare(units: Unit[]): string[] {
  return units.filter(({ term }) => !term).flatMap(({ typed }) => forms(typed).map(({ word }) => word))
}

type Form = { word: string; reason: Correction['reason']; most: number }

function forms(typed: string): Form[] {
  const all: Form[] = [
    { word: typed, reason: 'typo', most: tolerated(typed) },
    { word: otherAlphabet(typed), reason: 'alphabet', most: tolerated(typed) },
    { word: wordsOf(otherLayout(typed)).join(''), reason: 'layout', most: 1 },
  ]
  return all.filter(({ word }) => word.length > 2 && !/[0-9]/.test(word))
}

/** Puts the likeliest known word in the place of each unknown one: fewest mistakes, then most products. */
export function corrected(units: Unit[], similar: Similar[]): Unit[] {
  return units.map((unit) => {
    if (unit.term) return unit
    const [best] = forms(unit.typed)
      .flatMap(({ word, reason, most }) =>
        similar
          .filter(({ typed }) => typed === word)
          .map(({ word: used, products }) => ({
            used,
            products,
            reason,
            cost: mistakes(word, used, most) + (reason === 'typo' ? 0 : 0.5),
          })),
      )
      .filter(({ cost }) => cost < Infinity)
      .sort((one, other) => one.cost - other.cost || other.products - one.products)
    return best
      ? unitOf(unit.typed, { used: best.used, term: wordTerm(best.used), reason: best.reason, parts: 1 })
      : unit
  })
}
