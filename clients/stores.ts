import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { FAILSAFE_SCHEMA, load } from 'js-yaml'
import { z } from 'zod'
import { type Defect, defect } from './document.ts'
import type { Environment } from './environment.ts'
import { messageOf, UsageError } from './errors.ts'
import { quoted } from './identifier.ts'
import { canaryId } from './product.ts'
import { didYouMean } from './suggestion.ts'

/** Sends for every store that has no certificate of its own, into the common topic. */
export const intake = 'shop-api'
/** What the intake sends. */
export const commonTopic = 'shop.products'
/** Monitoring's store, and the identity that sends for it. */
export const monitoringStore = canaryId
export const monitoringIdentity = 'canary'

const storeId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$/, 'expected 1–200 letters, digits, dots, hyphens and underscores')
const identity = z.string('expected the name of an identity').regex(/^[a-z][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens')

/** What `config/stores.yaml` may hold: stores by their id. */
export const storesShape = z.record(storeId, z.strictObject({ name: z.string('expected text').min(1), by: identity }))
export type Stores = z.infer<typeof storesShape>

/** The topic that an identity, and nobody else, sends products to; the product filter says the same. */
export const topicOf = (by: string): string => (by === intake ? commonTopic : `${commonTopic}.${by}`)

/** The ids of the stores that an identity sends for. */
export const storesOf = (stores: Stores, by: string): string[] => Object.keys(stores).filter((id) => stores[id]?.by === by)

/** The identities that have a topic of their own, in order. */
export const withOwnTopic = (stores: Stores): string[] => [...new Set(Object.values(stores).map(({ by }) => by))].filter((by) => by !== intake).sort()

/** All topics that products are sent to: the common one, and those of identities that send for themselves. */
export const productTopics = (stores: Stores): string[] => [commonTopic, ...withOwnTopic(stores).map(topicOf)]

/** The declaration in one line, as the product filter takes it: `shop-api:store_001,store_002;canary:vygodno-canary`. */
export const storesLine = (stores: Stores): string => [...new Set(Object.values(stores).map(({ by }) => by))].map((by) => `${by}:${storesOf(stores, by).join(',')}`).join(';')

/** As whom products are sent: by which identity, and for which of its stores. */
export type Sending = { by: string; stores: string[] }

/**
 * As whom to send for one store, or as the common intake for all of its stores.
 *
 * @param store its id
 * @throws UsageError `STORE_UNKNOWN` when no such store is declared, or it is monitoring's own
 */
export function sendingAs(stores: Stores, store?: string): Sending {
  if (store === undefined) return { by: intake, stores: storesOf(stores, intake) }
  const declared = Object.hasOwn(stores, store) ? stores[store] : undefined
  if (declared && store !== monitoringStore) return { by: declared.by, stores: [store] }
  const known = storesForSale(stores)
  throw new UsageError('STORE_UNKNOWN', `expected a store of config/stores.yaml, got ${quoted(store)}${didYouMean(store, known)}`, `declare it in config/stores.yaml, or name one of ${known.slice(0, 3).join(', ')} …`)
}

/** The stores that a person may name: all but monitoring's own. */
export const storesForSale = (stores: Stores): string[] => Object.keys(stores).filter((id) => id !== monitoringStore)

/** Why a product of this store is not sent so; undefined when it may be. */
export function foreign({ by, stores }: Sending, store: string): Defect | undefined {
  if (stores.includes(store)) return undefined
  const expected = stores.length === 1 ? `"${stores[0]}"` : `a store that ${by} sends for (config/stores.yaml)`
  return defect('foreign-product', 'store_id', expected, quoted(store))
}

/**
 * The declared stores, for programs that send or give away products; `task plan` checks the file more closely.
 *
 * @throws UsageError `CONFIG_INVALID` when the file is no declaration of stores
 */
export function loadStores(env: Environment, file = join(env.root, 'config', 'stores.yaml')): Stores {
  try {
    return storesShape.parse(load(readFileSync(file, 'utf8'), { schema: FAILSAFE_SCHEMA }))
  } catch (cause) {
    throw new UsageError('CONFIG_INVALID', `${relative(env.root, file)}: expected stores {name, by} by their ids, got another form: ${messageOf(cause).slice(0, 300)}`, 'task plan   shows each problem with its line', { cause })
  }
}
