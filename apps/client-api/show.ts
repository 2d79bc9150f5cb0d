import Table from 'cli-table3'
import type { Product } from './catalog.ts'
import type { Found } from './find.ts'

/** Text of a shop as one line that can't steer the terminal: no control characters, no change of direction. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()
}

/** A price as Russians write it: «2 190 ₽», «449,99 ₽». */
export function price(amount: number, currency: string): string {
  const whole = Number.isInteger(amount)
  return new Intl.NumberFormat('ru-RU', { style: 'currency', currency, minimumFractionDigits: whole ? 0 : 2 }).format(
    amount,
  )
}

/** One line a product, columns separated by tabs: name, brand, category, price, available, id. */
export function lines(products: Found[]): string {
  return products
    .map(({ name, brand, category, price: amount, available, product_id }) =>
      [name, brand, category, String(amount), String(available), product_id].map(printable).join('\t'),
    )
    .join('\n')
}

const titles = ['name', 'brand', 'category', 'price', 'stock', 'id']
// the width below which a column is left out, by its place
const leastWidth = [0, 60, 90, 0, 48, 0]
const padding = 2

/**
 * A table that fits the terminal: long names are continued on the next line; without room the category goes first, then
 * the brand, then the stock.
 *
 * @param width columns of the terminal
 * @param colour false for a border without colour
 */
export function productTable(products: Found[], width: number, colour: boolean): string {
  const rows = products.map(({ name, brand, category, price: amount, currency, available, product_id }) =>
    [name, brand, category, price(amount, currency), String(available), product_id].map(printable),
  )
  const shown = titles.map((_, index) => index).filter((index) => width >= (leastWidth[index] ?? 0))
  const most = [0, Math.floor(width / 6), Math.floor(width / 5), 16, 6, Math.max(24, Math.floor(width / 3))]
  const widths = titles.map((title, index) => {
    const longest = Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0))
    return Math.min(longest, most[index] ?? longest) + padding
  })
  const taken = shown.slice(1).reduce((sum, index) => sum + (widths[index] ?? 0) + 1, 2)
  const table = new Table({
    head: shown.map((index) => titles[index] ?? ''),
    colWidths: shown.map((index) => (index === 0 ? Math.max(12, width - taken) : (widths[index] ?? 0))),
    colAligns: shown.map((index) => (index === 3 || index === 4 ? 'right' : 'left')),
    style: { head: [], border: colour ? ['gray'] : [], compact: true },
    wordWrap: true,
  })
  table.push(...rows.map((row) => shown.map((index) => row[index] ?? '')))
  return table.toString()
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
