import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { type Defect, defect, documentDefect, pathOf, seen } from './document.ts'
import { messageOf } from './errors.ts'
import { identifierExpected, isIdentifier, isVisible } from './identifier.ts'

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
  const found = documentDefect(document, text)
  if (found) return found
  const { data, error } = structure.safeParse(document)
  if (!data) return fieldDefect(document, error.issues[0])
  // which zod passes over
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

function fieldDefect(document: unknown, issue: z.core.$ZodIssue | undefined): Defect {
  if (!issue) throw new Error('a refused document has at least one issue')
  let value = document
  for (const step of issue.path) value = (value as Record<PropertyKey, unknown>)[step]
  const wrong = issue.code === 'invalid_type' || typeof value !== 'string' && issue.code === 'invalid_value'
  const reason = value === undefined ? 'missing-field' : wrong ? 'wrong-type' : 'bad-value'
  return defect(reason, pathOf(issue.path), issue.message, seen(value))
}
