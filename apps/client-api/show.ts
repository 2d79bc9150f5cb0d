import type { Product } from './catalog.ts'
import type { Found } from './find.ts'

/** Text of a shop on one line, without what would steer the terminal: a customer has no use for it written out. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu, ' ').trim()
}

/** A price as Russians write it: «2 190 ₽», «449,99 ₽». */
export function price(amount: number, currency: string): string {
  const whole = Number.isInteger(amount)
  return new Intl.NumberFormat('ru-RU', { style: 'currency', currency, minimumFractionDigits: whole ? 0 : 2 }).format(
    amount,
  )
}

/** A product in a list; `why` it is there, where that is not the query. */
type Listed = Found & { why?: string }

/** One line a product, columns separated by tabs: name, brand, category, price, available, id, why. */
export function lines(products: Listed[]): string {
  return products
    .map(({ name, brand, category, price: amount, available, product_id, why }) =>
      [name, brand, category, String(amount), String(available), product_id, ...(why === undefined ? [] : [why])]
        .map(printable)
        .join('\t'),
    )
    .join('\n')
}

type Column = {
  title: string
  text: (product: Listed) => string
  /** the width of the terminal below which it is left out */
  least?: number
  right?: boolean
}

const columns: Column[] = [
  { title: 'name', text: ({ name }) => name },
  { title: 'why', text: ({ why = '' }) => why, least: 60 },
  { title: 'brand', text: ({ brand }) => brand, least: 60 },
  { title: 'category', text: ({ category }) => category, least: 90 },
  { title: 'price', text: ({ price: amount, currency }) => price(amount, currency), right: true },
  { title: 'stock', text: ({ available }) => String(available), least: 48, right: true },
  { title: 'id', text: ({ product_id }) => product_id },
]

/**
 * Products as a table: without room the category goes first, then the brand, then the stock. Products that say why they
 * are listed show that instead of brand and category.
 *
 * @param width columns of the terminal
 * @returns titles, rows, and which columns stand at the right
 */
export function productTable(products: Listed[], width: number): [head: string[], rows: string[][], right: number[]] {
  const reasoned = products.some(({ why }) => why !== undefined)
  const left = reasoned ? ['brand', 'category'] : ['why']
  const shown = columns.filter(({ title, least = 0 }) => width >= least && !left.includes(title))
  return [
    shown.map(({ title }) => title),
    products.map((product) => shown.map(({ text }) => printable(text(product)))),
    shown.flatMap(({ right }, index) => (right ? [index] : [])),
  ]
}

/** What is known of the stock: what the shop last said, which no event changes. */
export function inStock(available: number): string {
  return `the shop says that it has ${available > 0 ? available : 'none'}, and nothing is reserved`
}

/** A product in full. */
export function card(product: Product): string {
  const { name, brand, category, store_id, sku, price: cost, stock, description, specifications, product_id } = product
  const facts = Object.entries(specifications).map(([key, value]) => `  ${printable(key)}: ${printable(value)}`)
  return [
    printable(name),
    `${price(cost.amount, cost.currency)} · ${stock.available > 0 ? `${stock.available} in stock` : 'not in stock'}`,
    printable(`${brand} · ${category} · ${store_id} · sku ${sku} · id ${product_id}`),
    '',
    printable(description),
    ...facts,
  ].join('\n')
}
