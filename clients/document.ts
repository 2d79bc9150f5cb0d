import { quoted } from './identifier.ts'

// A name is far below what a reader of JSON in another program refuses; its length is in UTF-16 code units.
const MAX_KEY = 1_000
const MAX_DEPTH = 1_000
const MAX_DIGITS = 300
const MAX_EXPONENT = 400

type Reason =
  | 'not-json'
  | 'bad-utf8'
  | 'not-an-object'
  | 'missing-field'
  | 'wrong-type'
  | 'bad-value'
  | 'key-mismatch'
  | 'too-large'
  | 'foreign-product'

/**
 * Why a record is not a product; `reason` is what the dead-letter record's header of that name holds.
 * `path` is the field, such as `images[0].url`, or null when it is the document as a whole.
 */
export type Defect = {
  reason: Reason
  path: string | null
  detail: string
}

/**
 * What is wrong with a document as a whole, whatever it is about: it is nested too deep, has too long a name or one name
 * twice, or holds what PostgreSQL's jsonb refuses.
 *
 * @param json what it was parsed from
 */
export function documentDefect(document: object, json: string): Defect | undefined {
  const names = countNames(document, 1)
  if (typeof names !== 'number') return names
  return names === countColons(json) ? undefined : tokenDefect(json)
}

/** A defect in the words of all of them: where, what was expected, what was seen. */
export function defect(reason: Reason, path: string | null, expected: string, got: string): Defect {
  const where = path === null ? null : shorten(path, 200)
  return { reason, path: where, detail: `${where === null ? '' : `${where}: `}expected ${expected}, got ${got}` }
}

/** The place of a value, such as `images[0].url`. */
export function pathOf(steps: PropertyKey[]): string {
  return steps.map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at ? '.' : ''}${String(step)}`)).join('')
}

/** A value in a message: a text in quotes, what has an inside by its kind. */
export function seen(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'string' ? quoted(shorten(value, 60)) : shorten(String(value), 60)
}

function shorten(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** How many names its objects have in all, or what is wrong with one of them or with its depth. */
function countNames(value: object, depth: number): number | Defect {
  if (depth > MAX_DEPTH) return defect('too-large', null, `at most ${MAX_DEPTH} levels`, 'more')
  const own = Array.isArray(value) ? [] : Object.keys(value)
  const long = own.find((name) => name.length > MAX_KEY)
  if (long) return defect('too-large', null, `names of at most ${MAX_KEY} characters`, String(long.length))
  let names = own.length
  for (const inner of Object.values(value) as unknown[]) {
    if (typeof inner !== 'object' || inner === null) continue
    const more = countNames(inner, depth + 1)
    if (typeof more !== 'number') return more
    names += more
  }
  return names
}

/**
 * How many colons stand outside its strings; undefined when its escapes or numbers need a closer look.
 * JSON.parse keeps the last of several equal names and says nothing: then there are more colons than names.
 */
function countColons(json: string): number | undefined {
  let colons = 0
  let digits = 0
  let quoted = false
  for (let at = 0; at < json.length; at++) {
    const char = json.charCodeAt(at)
    if (char === 0x22) quoted = !quoted
    else if (quoted) {
      if (char === 0x5c && json.charCodeAt(++at) === 0x75) return undefined
    } else if (char === 0x3a) colons++
    else if (char >= 0x30 && char <= 0x39) digits++
    else if ((char | 0x20) === 0x65 && digits > 0 && /\d/.test(json.charAt(at - 1))) return undefined
  }
  return digits > MAX_DIGITS ? undefined : colons
}

const TOKEN = /[{}[\]]|"(?:[^"\\]|\\.)*"|[^\s,:{}[\]"]+/g

/** Where in a document a token stands: for each open object or array the name or index reached in it. */
type Level = { names?: Set<string>; step: string | number; atName: boolean }

/** What is wrong with a document that parses: the first repeated name, text or number that jsonb refuses. */
function tokenDefect(json: string): Defect | undefined {
  const open: Level[] = []
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === '}' || token === ']') {
      open.pop()
      valueEnds(open.at(-1))
      continue
    }
    const level = open.at(-1)
    const text = token.startsWith('"') ? String(JSON.parse(token)) : ''
    const isName = level?.names && level.atName
    if (level && isName) level.step = text
    else if (typeof level?.step === 'number') level.step++
    const refused = (expected: string, got: string) =>
      defect('bad-value', pathOf(open.map(({ step }) => step)), expected, got)
    if (text.includes('\0')) return refused('text', 'U+0000')
    if (/\p{Surrogate}/u.test(text)) return refused('text', 'half a surrogate pair')
    if (level && isName) {
      if (level.names?.has(text)) return refused('once', 'a second time')
      level.names?.add(text)
      level.atName = false
      continue
    }
    if (/^[-\d]/.test(token) && !holdable(token)) return refused('a number that a double can hold', shorten(token, 60))
    if (token === '{') open.push({ names: new Set(), step: '', atName: true })
    else if (token === '[') open.push({ step: -1, atName: false })
    else valueEnds(level)
  }
  return undefined
}

function valueEnds(level: Level | undefined): void {
  if (level?.names) level.atName = true
}

// jsonb keeps numbers as numeric, whose reach ends far outside a double's but long before a parser's; what is so small
// that a double would be nought fails when it is read, as what is too large does
function holdable(number: string): boolean {
  const exponent = Number(/e(.*)/i.exec(number)?.[1] ?? 0)
  const vanishes = Number(number) === 0 && /[1-9]/.test(number.replace(/e.*/i, ''))
  return number.length <= MAX_DIGITS && Math.abs(exponent) <= MAX_EXPONENT && Number.isFinite(Number(number)) && !vanishes
}
