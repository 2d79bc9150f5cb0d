// One normal form of text for bans, search and filters; docs/text.md has the reasons. The same is done by TextForm.java
// and by config/postgres/007_one_text.sql, from the same tables, and held by tests/fixtures/text-cases.json.
import tables from '../config/text/letters.json' with { type: 'json' }

const points = (ranges: string): number[] =>
  ranges.split(' ').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map((digits) => Number.parseInt(digits, 16))
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset)
  })

const ranges = tables.dropped.join(' ').split(' ')
const dropped = new RegExp(`[${ranges.map((range) => range.replace(/[0-9A-F]+/g, '\\u{$&}')).join('')}]`, 'gu')
// й is a letter of its own, and not и with a mark
const looseBreve = /(?<![иИ])\u0306/gu
const isBeside = /(?<=[A-Za-zА-я])[γηνυ]|[γηνυ](?=[A-Za-zА-я])/gu
const beside = new Map(Object.entries(tables.beside))
const signs = new Map(Object.entries(tables.signs).flatMap(([sign, alike]) => points(alike).map((point) => [String.fromCodePoint(point), sign])))
const letters = new Map(Object.entries(tables.alike).flatMap(([letter, alike]) => Array.from(alike, (other) => [other, letter])))
const cyrillic = new Map(Array.from(tables.twins.latin, (letter, at) => [letter, tables.twins.cyrillic.charAt(at)]))
const latin = new Map(Array.from(tables.twins.cyrillic, (letter, at) => [letter, tables.twins.latin.charAt(at)]))
const plain = /^[\n -~А-яЁё]*$/

const mapped = (text: string, table: Map<string, string>) => Array.from(text, (letter) => table.get(letter) ?? letter).join('')

/**
 * A text as it is meant, whatever it is written with: compatibility forms resolved, lower case, without invisible
 * characters and marks (й stays, ё is е), letters of other alphabets for what they look like, one kind of hyphen,
 * apostrophe, quotation mark and blank.
 */
export function formOf(text: string): string {
  return inPlainSigns(text).replace(/[\t-\r ]+/g, ' ').trim()
}

function inPlainSigns(text: string): string {
  if (plain.test(text)) return text.toLowerCase().replaceAll('ё', 'е').replaceAll('`', "'")
  const bare = mapped(text.replace(dropped, ''), signs).normalize('NFKD').replace(dropped, '').replace(looseBreve, '')
  const lower = bare.normalize('NFC').replace(isBeside, (letter) => beside.get(letter) ?? letter).toLowerCase()
  return mapped(mapped(lower, signs), letters)
}

/**
 * A text as it is compared: two texts that look the same have the same key. Latin letters stand as the Cyrillic ones
 * that they look like, so a key is not for people.
 */
export function keyOf(text: string): string {
  return mapped(formOf(text), cyrillic)
}

const twoWords = /^(?:[a-z]{3,}[а-яѕіј]{3,}|[а-яѕіј]{3,}[a-z]{3,})$/
const mixed = /[a-z][а-яѕіј]|[а-яѕіј][a-z]/

/**
 * The words of a text, of letters only or of digits only, and of one alphabet: «кoфе» with a Latin o is taken for what
 * it looks like, «USBкабель» is two words. PostgreSQL has the same (`search_text`).
 */
export function wordsOf(text: string): string[] {
  const runs = formOf(text).match(/\p{Alphabetic}+|[0-9]+/gu) ?? []
  return runs.flatMap((letters) => (mixed.test(letters) ? oneAlphabet(letters) : letters))
}

function oneAlphabet(word: string): string[] {
  if (!twoWords.test(word)) {
    if (!/[dfglnquvwz]/.test(word)) return [mapped(word, cyrillic)]
    if (!/[бджзийлпфцчшщъыьэюя]/.test(word)) return [mapped(word, latin)]
  }
  return word.split(/(?<=[a-z])(?=[а-яѕіј])|(?<=[а-яѕіј])(?=[a-z])/)
}

/** A text as `--category`, `--brand` and a typed sku are compared: the key of its words; `text_key(search_text(…))`. */
export function searchKeyOf(text: string): string {
  return mapped(wordsOf(text).join(' '), cyrillic)
}

// words that PostgreSQL does not search: with a twin beside it, one would be asked of every product
const unsearched = /^(?:того|всего|совсем|here|hers|theirs|there|these|those|more|most|some|same|both)$/

/**
 * How else a word of four letters or more may be written so that it looks the same: «сахар» in Latin letters, if at all.
 */
export function twinsOf(word: string): string[] {
  if (word.length < 4 || unsearched.test(word)) return []
  return [cyrillic, latin].filter((twins) => Array.from(word).every((letter) => twins.has(letter))).map((twins) => mapped(word, twins))
}
