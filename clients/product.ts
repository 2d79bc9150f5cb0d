import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { messageOf } from './errors.ts'
import { identifierExpected, isIdentifier, isVisible, quoted } from './identifier.ts'

/** Largest product accepted, in bytes: leaves a broker's default record limit room for key, headers and overhead. */
export const MAX_PRODUCT_BYTES = 1_000_000

/**
 * The product that monitoring sends to see how long one takes to become searchable. It goes the way of every product, and
 * PostgreSQL keeps it out of those that customers see.
 */
export const canaryId = 'vygodno-canary'

/** The one that a reserved rule of config/bans.yaml must hold back: it shows that bans work, and must never be listed. */
export const bannedCanaryId = `${canaryId}-banned`

/** Whether an id is one of monitoring's own, which no shop may use. */
export const isReserved = (id: string) => id.startsWith(canaryId)

// What one product may hold so that every later program takes it, be it PostgreSQL's index, a ban's key, the audit, a
// recommendation's reason or Spark. Lengths are in UTF-16 code units; apps/product has the same ones.
const MAX_NAME = 1_000
const MAX_LABEL = 200
const MAX_KEY = 1_000
const MAX_DEPTH = 1_000
const MAX_DIGITS = 300
const MAX_EXPONENT = 400

const visible = 'a string with something to see in it'
const filled = (most: number) =>
  z.string(visible).refine(isVisible, visible).refine(({ length }) => length <= most, `at most ${most} characters`)
/** What names a product, wherever one is read. */
export const identifier = z.string(identifierExpected).refine(isIdentifier, identifierExpected)
const amount = 'a number >= 0'
const count = z.int('an integer >= 0').min(0, 'an integer >= 0').max(2 ** 31 - 1, 'at most 2147483647')
const currency = '3 upper-case letters'
const time = 'an ISO-8601 instant such as 2023-10-01T12:00:00Z'
const instant = z.iso.datetime({ offset: true, error: time }).regex(/T\d\d:\d\d:\d/, time)

// The messages say what is expected; what was seen is added from the input. Fields stand in the order of the shops'
// format, because of several defects the first in that order is reported.
const structure = z.looseObject({
  product_id: identifier,
  name: filled(MAX_NAME),
  description: z.string('a string'),
  price: z.looseObject(
    {
      amount: z.number(amount).min(0, amount).max(1e12, 'at most 1000000000000'),
      currency: z.string(currency).regex(/^[A-Z]{3}$/, currency),
    },
    'an object {amount, currency}',
  ),
  category: filled(MAX_LABEL),
  brand: filled(MAX_LABEL),
  stock: z.looseObject({ available: count, reserved: count }, 'an object {available, reserved}'),
  sku: identifier,
  tags: z.array(z.string('a string'), 'an array of strings'),
  images: z.array(
    z.looseObject({ url: z.string('a string'), alt: z.string('a string') }, 'an object {url, alt}'),
    'an array of objects {url, alt}',
  ),
  specifications: z.record(z.string(), z.string('a string'), 'an object of strings'),
  created_at: instant,
  updated_at: instant,
  index: z.literal('products', '"products"'),
  store_id: identifier,
})

/** A product as a shop sends it. Fields beyond these are allowed. */
export type Product = z.infer<typeof structure>

type Reason =
  | 'not-json'
  | 'bad-utf8'
  | 'not-an-object'
  | 'missing-field'
  | 'wrong-type'
  | 'bad-value'
  | 'key-mismatch'
  | 'too-large'

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
 * Reads a product strictly: the shops' structure, one JSON object (RFC 8259) in valid UTF-8, no name twice in an
 * object, nothing that PostgreSQL's jsonb refuses. Defects of the document come before those of its fields, these in
 * the order of the shops' format, and the key last. tests/fixtures/product-cases.json holds the product filter to the
 * same rules.
 *
 * @param value the record's value, as the shop sent it
 * @param key the record's key; not checked when left out
 */
export function checkProduct(value: Buffer | string, key?: string): { product: Product } | Defect {
  const bytes = typeof value === 'string' ? Buffer.byteLength(value) : value.length
  if (bytes > MAX_PRODUCT_BYTES) return tooLarge(bytes)
  if (typeof value !== 'string' && !isUtf8(value)) return defect('bad-utf8', null, 'UTF-8', 'other bytes')
  const text = value.toString()
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    if (!text.trim()) return defect('not-json', null, 'a JSON object', 'nothing')
    return defect('not-json', null, 'JSON', messageOf(error))
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    return defect('not-an-object', null, 'a JSON object', seen(document))
  const names = countNames(document, 1)
  if (typeof names !== 'number') return names
  if (names !== countColons(text)) {
    const found = documentDefect(text)
    if (found) return found
  }
  const { data, error } = structure.safeParse(document)
  if (!data) return fieldDefect(document, error.issues[0])
  const passedOver = Object.getOwnPropertyDescriptor((document as Product).specifications, '__proto__')?.value as unknown
  if (passedOver !== undefined && typeof passedOver !== 'string')
    return defect('wrong-type', 'specifications.__proto__', 'a string', seen(passedOver))
  if (key !== undefined && key !== data.product_id)
    return defect('key-mismatch', 'product_id', `the record's key ${seen(key)}`, seen(data.product_id))
  return { product: data }
}

/** The defect of a product under an id of monitoring's own. */
export function reserved(id: string): Defect {
  return defect('bad-value', 'product_id', `an id that does not begin with ${canaryId}, which is monitoring's own`, seen(id))
}

/** The defect of a record of so many bytes, whatever is in them. */
export function tooLarge(bytes: number): Defect {
  return defect('too-large', null, `at most ${MAX_PRODUCT_BYTES} bytes`, String(bytes))
}

function defect(reason: Reason, path: string | null, expected: string, got: string): Defect {
  const where = path === null ? null : shorten(path, 200)
  return { reason, path: where, detail: `${where === null ? '' : `${where}: `}expected ${expected}, got ${got}` }
}

function fieldDefect(document: unknown, issue: z.core.$ZodIssue | undefined): Defect {
  if (!issue) throw new Error('a refused document has at least one issue')
  let value = document
  for (const step of issue.path) value = (value as Record<PropertyKey, unknown>)[step]
  const wrong = issue.code === 'invalid_type' || typeof value !== 'string' && issue.code === 'invalid_value'
  const reason = value === undefined ? 'missing-field' : wrong ? 'wrong-type' : 'bad-value'
  return defect(reason, pathOf(issue.path), issue.message, seen(value))
}

function pathOf(steps: PropertyKey[]): string {
  return steps.map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at ? '.' : ''}${String(step)}`)).join('')
}

function seen(value: unknown): string {
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
function documentDefect(json: string): Defect | undefined {
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
