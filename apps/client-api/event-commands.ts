import { loadEnvironment } from '../../clients/environment.ts'
import { UsageError } from '../../clients/errors.ts'
import { print, printJson } from '../../clients/terminal.ts'
import { askCatalog, type Product, productById } from './catalog.ts'
import { type ClientEvent, newEvent, totalOf, userId } from './event.ts'
import { startRecorder } from './record.ts'
import { card, inStock, price, printable } from './show.ts'

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

/** Records that a product was put into the cart. */
export function cartCommand(id: string, options: Common): Promise<void> {
  return act(id, options, (user, { name, stock }) => ({
    event: newEvent('cart', user, { product_id: id }),
    text: `recorded: in the cart ${printable(name)}; ${inStock(stock.available)}`,
  }))
}

/**
 * Records a purchase. Events are what is analysed, not a till: how many there are is the shop's to say, whose next delivery of
 * products says so; until then the same few can be recorded as bought again, so the answer claims no more than that.
 *
 * @throws UsageError `STOCK_TOO_LOW` when the shop says that it has fewer
 */
export function buyCommand(id: string, { quantity, ...options }: Common & { quantity: number }): Promise<void> {
  return act(id, options, (user, { name, price: unit, stock: { available } }) => {
    if (available < quantity)
      throw new UsageError(
        'STOCK_TOO_LOW',
        `expected a quantity of at most ${available}, which is what the shop says it has, got ${quantity}`,
        available > 0 ? `task client -- buy ${id} --quantity ${available}` : 'task search -- WORDS --in-stock',
      )
    const bill = { amount: totalOf(quantity, unit.amount), currency: unit.currency }
    return {
      event: newEvent('purchase', user, { product_id: id, quantity, ...bill }),
      text: `recorded: a purchase of ${quantity} × ${printable(name)}, ${price(bill.amount, bill.currency)}; ${inStock(available)}`,
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
