import { randomUUID } from 'node:crypto'
import { UsageError } from '../../clients/errors.ts'

/** What a user did, as it goes to the topic client.events. */
export type ClientEvent = {
  event_id: string
  type: 'search' | 'view' | 'cart' | 'purchase' | 'review'
  user_id: string
  /** ISO 8601 */
  at: string
  product_id?: string
  query?: string
  results?: number
  quantity?: number
  rating?: number
  text?: string
}

const longestUser = 200
// an event is read by every analysis: a pasted book is cut, not carried along
const longestText = 4_000

const cut = (text: string) => Array.from(text.replaceAll('\0', '')).slice(0, longestText).join('')

/**
 * An event of a user, now.
 *
 * @throws UsageError `USER_INVALID` when the user id is empty, too long or holds control characters
 */
export function newEvent(
  type: ClientEvent['type'],
  user: string,
  details: Omit<ClientEvent, 'event_id' | 'type' | 'user_id' | 'at'>,
): ClientEvent {
  const userId = user.trim()
  if (!userId || userId.length > longestUser || /\p{Cc}/u.test(userId))
    throw new UsageError(
      'USER_INVALID',
      `expected a user id of 1–${longestUser} printable characters, got ${JSON.stringify(user.slice(0, 40))}`,
      '--user alice',
    )
  const { query, text, ...rest } = details
  return {
    event_id: randomUUID(),
    type,
    user_id: userId,
    at: new Date().toISOString(),
    ...rest,
    ...(query === undefined ? {} : { query: cut(query) }),
    ...(text === undefined ? {} : { text: cut(text) }),
  }
}
