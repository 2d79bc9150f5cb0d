import { loadEnvironment } from '../../clients/environment.ts'
import { UsageError } from '../../clients/errors.ts'
import { print, printJson } from '../../clients/terminal.ts'
import { askCatalog, type Product, productById } from './catalog.ts'
import { type ClientEvent, newEvent, totalOf, userId } from './event.ts'
import { startRecorder } from './record.ts'
import { card, price, printable } from './show.ts'

type Common = { user: string; json?: boolean }

/** Records what a user did with a product that exists; unlike a search it is nothing without its event. */
async function act(
  id: string,
  { user, json }: Common,
  describe: (user: string, product: Product) => { event: ClientEvent; text: string },
): Promise<void> {
  const known = userId(user)
  const env = loadEnvironment()
  const recorder = startRecorder(env)
  try {
    const { event, text } = describe(known, await askCatalog(env, (db) => productById(db, id)))
    await recorder.record(event)
    if (json) printJson(event)
    else print(text)
  } finally {
    recorder.cancel()
  }
}

/** Shows a product in full. */
export function viewCommand(id: string, options: Common): Promise<void> {
  return act(id, options, (user, product) => ({
    event: newEvent('view', user, { product_id: id }),
    text: card(product),
  }))
}

/** Puts a product into the cart. */
export function cartCommand(id: string, options: Common): Promise<void> {
  return act(id, options, (user, { name }) => ({
    event: newEvent('cart', user, { product_id: id }),
    text: `in the cart: ${printable(name)}`,
  }))
}

/**
 * Buys a product.
 *
 * @throws UsageError `STOCK_TOO_LOW` when fewer are available
 */
export function buyCommand(id: string, { quantity, ...options }: Common & { quantity: number }): Promise<void> {
  return act(id, options, (user, { name, price: unit, stock: { available } }) => {
    if (available < quantity)
      throw new UsageError(
        'STOCK_TOO_LOW',
        `expected a quantity of at most ${available}, which is what is in stock, got ${quantity}`,
        `task client -- buy ${id} --quantity ${Math.max(available, 1)}`,
      )
    const bill = { amount: totalOf(quantity, unit.amount), currency: unit.currency }
    return {
      event: newEvent('purchase', user, { product_id: id, quantity, ...bill }),
      text: `bought: ${quantity} × ${printable(name)}, ${price(bill.amount, bill.currency)}`,
    }
  })
}

/** Reviews a product. */
export function reviewCommand(id: string, options: Common & { rating: number; text?: string }): Promise<void> {
  const { rating, text } = options
  return act(id, options, (user, { name }) => ({
    event: newEvent('review', user, { product_id: id, rating, text }),
    text: `reviewed: ${'★'.repeat(rating)} ${printable(name)}`,
  }))
}
