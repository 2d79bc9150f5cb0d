/**
 * What an identifier may not hold: what can't be seen, or can't be told from something else. Control and format
 * characters, line ends, fillers, selectors and tags; blanks but the plain one; the combining marks of Latin, Greek and
 * Cyrillic letters, by which one text has two spellings; half surrogates, private use, non-characters and U+FFFD.
 * Written out, for the properties of Unicode differ from one runtime to the next; apps/product holds the same table,
 * tests/fixtures/identifier-cases.json holds both to it.
 */
const UNSEEN =
  '\\u{0}-\\u{1F}\\u{7F}-\\u{A0}\\u{AD}\\u{300}-\\u{36F}\\u{600}-\\u{605}\\u{61C}\\u{6DD}\\u{70F}\\u{890}\\u{891}' +
  '\\u{8E2}\\u{115F}\\u{1160}\\u{1680}\\u{17B4}\\u{17B5}\\u{180B}-\\u{180F}\\u{1AB0}-\\u{1AFF}\\u{1DC0}-\\u{1DFF}' +
  '\\u{2000}-\\u{200F}\\u{2028}-\\u{202F}\\u{205F}-\\u{206F}\\u{20D0}-\\u{20FF}\\u{2800}\\u{3000}\\u{3164}' +
  '\\u{D800}-\\u{F8FF}\\u{FDD0}-\\u{FDEF}\\u{FE00}-\\u{FE0F}\\u{FE20}-\\u{FE2F}\\u{FEFF}\\u{FFA0}' +
  '\\u{FFF0}-\\u{FFFF}\\u{110BD}\\u{110CD}\\u{13430}-\\u{1343F}\\u{16FE4}\\u{1BCA0}-\\u{1BCA3}\\u{1D159}' +
  '\\u{1D173}-\\u{1D17A}\\u{1FFFE}\\u{1FFFF}\\u{2FFFE}\\u{2FFFF}\\u{3FFFE}\\u{3FFFF}\\u{4FFFE}\\u{4FFFF}' +
  '\\u{5FFFE}\\u{5FFFF}\\u{6FFFE}\\u{6FFFF}\\u{7FFFE}\\u{7FFFF}\\u{8FFFE}\\u{8FFFF}\\u{9FFFE}\\u{9FFFF}\\u{AFFFE}' +
  '\\u{AFFFF}\\u{BFFFE}\\u{BFFFF}\\u{CFFFE}\\u{CFFFF}\\u{DFFFE}-\\u{E0FFF}\\u{EFFFE}-\\u{10FFFF}'

/** Longest identifier, in UTF-16 code units: three bytes each, it fits into every index and key made of it. */
const MAX_IDENTIFIER = 200

export const identifierExpected = `1 to ${MAX_IDENTIFIER} visible characters, without a blank around them`

const identifier = new RegExp(`^(?! )[^${UNSEEN}]{1,${MAX_IDENTIFIER}}(?<! )$`, 'u')
const seen = new RegExp(`[^ ${UNSEEN}]`, 'u')
const unseen = new RegExp(`[${UNSEEN}]`, 'gu')

/**
 * Whether a text can name a product, a sku, a store or a user. Identifiers are compared byte by byte, so what looks the
 * same must be the same.
 */
export function isIdentifier(text: string): boolean {
  return text.length <= MAX_IDENTIFIER && identifier.test(text)
}

/** Whether there is anything to see in a text. */
export function isVisible(text: string): boolean {
  return seen.test(text)
}

/** A text in quotes for a message, in which what can't be seen is written as JSON would escape it. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(unseen, (char) =>
    Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  )
}
