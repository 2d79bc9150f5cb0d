import type { Queryable } from '../../clients/postgres.ts'
import { type Filters, find, type Found, type Terms } from './find.ts'
import type { Query } from './query.ts'
import { type Correction, corrected, reread, termsToCount, type Unit, wordsToCompare } from './repair.ts'
import { allButOne, allOf, beginningTerm, wordTerm } from './terms.ts'
import { countProducts, similarWords } from './vocabulary.ts'

/** The answer to a search. */
export type Answer = {
  results: Found[]
  /** products found, of which `results` are the best */
  total: number
  corrections: Correction[]
  /** words that no product has, and that nothing could be put in the place of */
  unknown: string[]
  /** no product has all of the words: these lack one */
  partial: boolean
  /** products that only the options (category, price …) exclude; counted when nothing is left */
  excluded: number
}

const nothing: Answer = { results: [], total: 0, corrections: [], unknown: [], partial: false, excluded: 0 }

// of fewer words none may be missing: half of a query is another query
const fewestForPartial = 3

function asTyped({ parts }: Query): Terms {
  const words = parts.flatMap((part) => part.words)
  const last = words.at(-1) ?? ''
  const head = allOf(words.slice(0, -1).map(wordTerm))
  return { head, last: wordTerm(last), beginning: beginningTerm(last) }
}

/**
 * Searches for a query: as typed first; only when no product has all of its words are the unknown ones read in another
 * layout or alphabet, or corrected to words that occur in products; and when even then nothing is found for three words
 * or more, one may be missing. The answer says what was done.
 *
 * @param limit most results to return
 */
export async function search(db: Queryable, query: Query, filters: Filters, limit: number): Promise<Answer> {
  const attempt = (terms: Terms) => find(db, query, terms, filters, limit)
  const plain = await attempt(asTyped(query))
  if (plain.total > 0) return { ...nothing, ...plain }
  if (Object.values(filters).some((value) => value !== undefined)) {
    const { total: excluded } = await find(db, query, asTyped(query), {}, 1)
    if (excluded > 0) return { ...nothing, excluded }
  }
  const units = (await repair(db, query)).filter(({ ignored }) => !ignored)
  const corrections = units.flatMap(({ correction }) => correction ?? [])
  const unknown = units.filter(({ term }) => !term).map(({ typed }) => typed)
  if (unknown.length === 0 && corrections.length > 0) {
    const found = await attempt(asRepaired(units))
    if (found.total > 0) return { ...nothing, ...found, corrections }
  }
  if (units.length >= fewestForPartial && unknown.length <= 1) {
    const terms = units.flatMap(({ term }) => term ?? [])
    const found = await attempt({
      head: unknown.length === 1 ? allOf(terms) : allButOne(terms),
      last: '',
      beginning: '',
    })
    if (found.total > 0) return { ...nothing, ...found, corrections, unknown, partial: true }
  }
  return { ...nothing, unknown: units.filter(({ term, correction }) => !term || correction).map(({ typed }) => typed) }
}

function asRepaired(units: Unit[]): Terms {
  const terms = units.flatMap(({ term }) => term ?? [])
  return { head: allOf(terms.slice(0, -1)), last: terms.at(-1) ?? '', beginning: units.at(-1)?.beginning ?? '' }
}

async function repair(db: Queryable, query: Query): Promise<Unit[]> {
  const units = reread(query, await countProducts(db, termsToCount(query)))
  const unknown = wordsToCompare(units)
  return unknown.length > 0 ? corrected(units, await similarWords(db, unknown)) : units
}
