import { loadEnvironment } from '../../clients/environment.ts'
import { UsageError } from '../../clients/errors.ts'
import { print, printJson } from '../../clients/terminal.ts'
import { askCatalog, type Product, productById } from './catalog.ts'
import { type ClientEvent, newEvent } from './event.ts'
import { startRecorder } from './record.ts'
import { card, price, printable } from './show.ts'

type Common = { user: string; json?: boolean }

/** Records what a user did with a product that exists; unlike a search it is nothing without its event. */
async function act(
  id: string,
  { json }: Common,
  event: ClientEvent,
  text: (product: Product) => string,
): Promise<void> {
  const env = loadEnvironment()
  const recorder = startRecorder(env)
  try {
    const product = await askCatalog(env, (db) => productById(db, id))
    const shown = text(product)
    await recorder.record(event)
    if (json) printJson(event)
    else print(shown)
  } finally {
    recorder.cancel()
  }
}

/** Shows a product in full. */
export function viewCommand(id: string, options: Common): Promise<void> {
  return act(id, options, newEvent('view', options.user, { product_id: id }), card)
}

/** Puts a product into the cart. */
export function cartCommand(id: string, options: Common): Promise<void> {
  return act(
    id,
    options,
    newEvent('cart', options.user, { product_id: id }),
    ({ name }) => `in the cart: ${printable(name)}`,
  )
}

/**
 * Buys a product.
 *
 * @throws UsageError `STOCK_TOO_LOW` when fewer are available
 */
export function buyCommand(id: string, options: Common & { quantity: number }): Promise<void> {
  const { quantity, user } = options
  return act(
    id,
    options,
    newEvent('purchase', user, { product_id: id, quantity }),
    ({ name, price: { amount, currency }, stock: { available } }) => {
      if (available < quantity)
        throw new UsageError(
          'STOCK_TOO_LOW',
          `expected a quantity of at most ${available}, which is what is in stock, got ${quantity}`,
          `task client -- buy ${id} --quantity ${Math.max(available, 1)}`,
        )
      return `bought: ${quantity} × ${printable(name)}, ${price(quantity * amount, currency)}`
    },
  )
}

/** Reviews a product. */
export function reviewCommand(id: string, options: Common & { rating: number; text?: string }): Promise<void> {
  const { rating, text, user } = options
  return act(
    id,
    options,
    newEvent('review', user, { product_id: id, rating, text }),
    ({ name }) => `reviewed: ${'★'.repeat(rating)} ${printable(name)}`,
  )
}
