import { UsageError } from '../../clients/errors.ts'
import { searchKeyOf, wordsOf } from '../../clients/text.ts'

const maxWords = 16
const maxWordLength = 40
const maxCodeLength = 200

/** A part of the query between spaces and hyphens: as typed, and the words in it. */
export type Part = { typed: string; words: string[] }

/** A query as it was understood. */
export type Query = {
  text: string
  parts: Part[]
  /** the whole query as a product id, and as a stock-keeping unit without case and punctuation */
  id: string
  sku: string
  /** how many words were left out because there were too many */
  omitted: number
}

/**
 * Takes a query apart. Any text is safe: what is left are words of letters and digits.
 *
 * @throws UsageError `QUERY_EMPTY` when it holds no letter and no digit
 */
export function parseQuery(typed: string): Query {
  const text = typed.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  const all = text
    .split(/[ \p{Pd}]/u)
    .map((part): Part => ({ typed: part, words: wordsOf(part).map((word) => word.slice(0, maxWordLength)) }))
    .filter(({ words }) => words.length > 0)
  if (all.length === 0)
    throw new UsageError(
      'QUERY_EMPTY',
      `expected words to search for, got ${text ? JSON.stringify(text.slice(0, 40)) : 'nothing'}`,
      'task search -- чайник',
    )
  const parts: Part[] = []
  let room = maxWords
  for (const part of all) {
    if (room <= 0) break
    parts.push({ typed: part.typed.slice(0, maxCodeLength), words: part.words.slice(0, room) })
    room -= part.words.length
  }
  const count = (some: Part[]) => some.reduce((sum, { words }) => sum + words.length, 0)
  return {
    text,
    parts,
    id: text.slice(0, maxCodeLength),
    sku: searchKeyOf(text).replaceAll(' ', '').slice(0, maxCodeLength),
    omitted: count(all) - count(parts),
  }
}
