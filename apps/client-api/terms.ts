import { twinsOf } from '../../clients/text.ts'

const consonant = 'бвгджзйклмнпрстфхцчшщ'
const ending = /(?:ами|ями|ого|ах|ях|ам|ям|ом|ем|ой|ей|ов|ев|[аяоеуюыи])$/
const withVowel = new RegExp(`^(.*[${consonant}])[ео]([кцлнр])ь?$`)
const withoutVowel = new RegExp(`^(.*[${consonant}])ь?([кцлнр])$`)

/**
 * A folded word and the spellings that a fleeting vowel gives it: «чехлы» is also «чехол», «подушек» is «подушк(а)».
 * The Russian stemmer of PostgreSQL doesn't know them. A spelling that is no word finds nothing and does no harm.
 */
export function spellings(word: string): string[] {
  if (word.length < 4) return [word]
  const full = withVowel.exec(word)
  if (full) return [word, `${full[1]}${full[2]}`, `${full[1]}ь${full[2]}`]
  const short = withoutVowel.exec(word.replace(ending, ''))
  return short ? [word, `${short[1]}о${short[2]}`, `${short[1]}е${short[2]}`] : [word]
}

/**
 * A term is the text of a PostgreSQL `tsquery`. Words hold only letters and digits, so nothing needs quoting. A product
 * that writes «сахар» in Latin letters only has that word as it stands, so both are looked for.
 */
export function wordTerm(word: string): string {
  return `(${[...spellings(word), ...twinsOf(word)].join(' | ')})`
}

/**
 * Words that begin like this one, for the word that is still being typed.
 *
 * @returns empty for one or two letters, which begin too many words to say anything
 */
export function beginningTerm(word: string): string {
  return word.length < 3 ? '' : [word, ...twinsOf(word)].map((one) => `${one}:*`).join(' | ')
}

/** The words one after the other. */
export function phraseTerm(words: string[]): string {
  return `(${words.join(' <-> ')})`
}

/** All of the terms, in any order. */
export function allOf(terms: string[]): string {
  return terms.join(' & ')
}

/** All of the terms but any one. */
export function allButOne(terms: string[]): string {
  return terms.map((_, missing) => `(${allOf(terms.filter((__, index) => index !== missing))})`).join(' | ')
}
