import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { UsageError } from '../../clients/errors.ts'
import { identifier } from '../../clients/product.ts'

const longestUser = 200
// an event is read by every analysis: a pasted book is cut, not carried along
const longestText = 4_000

const text = z.string().max(2 * longestText)
const count = z.int().min(0)
const common = { event_id: z.uuid(), user_id: z.string().min(1).max(longestUser), at: z.iso.datetime() }
const product = { ...common, product_id: identifier }

/** What a user did, as it goes to the topic client.events: `at` in UTC, `amount` the total paid, in `currency`. */
export const clientEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...common, type: z.literal('search'), query: text, results: count }),
  z.strictObject({ ...common, type: z.literal('recommend'), results: count }),
  z.strictObject({ ...product, type: z.literal('view') }),
  z.strictObject({ ...product, type: z.literal('cart') }),
  z.strictObject({
    ...product,
    type: z.literal('purchase'),
    quantity: z.int().min(1),
    amount: z.number().min(0),
    currency: z.string().length(3),
  }),
  z.strictObject({ ...product, type: z.literal('review'), rating: z.int().min(1).max(5), text: text.optional() }),
])
export type ClientEvent = z.infer<typeof clientEventSchema>

/** Which event, and when; the simulator has its own. */
type Moment = { event_id: string; at: string }
type Of<T extends ClientEvent['type']> = Extract<ClientEvent, { type: T }>

/** What a person types at will; what names something stays as it is. */
const typed = ['query', 'text']
const cut = (long: string) =>
  long.length > longestText || long.includes('\0')
    ? Array.from(long.replaceAll('\0', '')).slice(0, longestText).join('')
    : long

/**
 * An event of a user, now unless another moment is given.
 *
 * @throws UsageError `USER_INVALID` as `userId`
 */
export function newEvent<T extends ClientEvent['type']>(
  type: T,
  user: string,
  details: Omit<Of<T>, 'type' | 'user_id' | keyof Moment>,
  moment: Moment = { event_id: randomUUID(), at: new Date().toISOString() },
): Of<T> {
  const event: Record<string, unknown> = { event_id: moment.event_id, type, user_id: userId(user), at: moment.at }
  for (const [name, value] of Object.entries(details))
    if (value !== undefined) event[name] = typeof value === 'string' && typed.includes(name) ? cut(value) : value
  return event as Of<T>
}

/**
 * A user's id without blanks around it.
 *
 * @throws UsageError `USER_INVALID` when it is empty, too long or holds control characters or half a surrogate pair
 */
export function userId(user: string): string {
  const id = user.trim()
  if (id && id.length <= longestUser && !/[\p{Cc}\p{Cs}]/u.test(id)) return id
  throw new UsageError(
    'USER_INVALID',
    `expected a user id of 1–${longestUser} printable characters, got ${JSON.stringify(user.slice(0, 40))}`,
    '--user alice',
  )
}

/** What so many of a product cost, to the hundredth. */
export function totalOf(quantity: number, unitPrice: number): number {
  return Math.round(quantity * unitPrice * 100) / 100
}
