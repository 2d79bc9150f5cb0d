import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Found } from '../../apps/client-api/find.ts'
import { card, inStock, lines, price, printable, productTable } from '../../apps/client-api/show.ts'
import { layOut } from '../../clients/table.ts'

const drawn = (products: Found[], width: number) => {
  const [head, rows, right] = productTable(products, width)
  return layOut(head, rows, { width, right, title: (text) => text, rule: (text) => text })
}

const product: Found = {
  product_id: '10501',
  sku: 'TPL-K17',
  name: 'Электрический чайник Теплотон K17 1,7 л стеклянный с подсветкой и фильтром от накипи',
  brand: 'Теплотон',
  category: 'Бытовая техника',
  price: 2189.99,
  currency: 'RUB',
  available: 77,
  store_id: 'store_002',
}

test('the table fits any terminal and keeps the whole name, the price and the id', () => {
  for (const width of [40, 60, 80, 100, 200]) {
    const table = drawn([product, { ...product, brand: 'Очень длинное название торговой марки '.repeat(3) }], width)
    for (const line of table.split('\n')) assert.ok(line.length <= width, `${line.length} > ${width}: ${line}`)
    assert.match(table, /10501/)
    assert.match(table, /2\s189,99/)
    assert.match(table.replace(/\s/g, ''), /фильтром/)
  }
})

test('a narrow terminal goes without the category, a very narrow one without the brand', () => {
  assert.match(drawn([product], 100), /category/)
  assert.doesNotMatch(drawn([product], 80), /category/)
  assert.match(drawn([product], 80), /brand/)
  assert.doesNotMatch(drawn([product], 50), /brand/)
})

test('piped output is one line a product, tabs only between columns', () => {
  assert.equal(
    lines([{ ...product, name: 'Чай\tс\nбергамотом' }]),
    'Чай с бергамотом\tТеплотон\tБытовая техника\t2189.99\t77\t10501',
  )
})

test('a shop can not steer the terminal', () => {
  assert.equal(printable('\u001b[31mЧай\u001b[0m \u202eйаЧ\u202c'), '[31mЧай [0m  йаЧ')
  assert.doesNotMatch(drawn([{ ...product, name: 'Чай\u001b]0;x\u0007' }], 80), /\p{Cc}(?<!\n)/u)
})

test('prices as Russians write them', () => {
  assert.equal(price(2190, 'RUB').replace(/\s/g, ' '), '2 190 ₽')
  assert.equal(price(449.9, 'RUB').replace(/\s/g, ' '), '449,90 ₽')
})

test('a card says everything', () => {
  const text = card({
    ...product,
    description: 'Закипает быстро.',
    specifications: { volume: '1.7 л' },
    price: { amount: 2190, currency: 'RUB' },
    stock: { available: 0 },
  })
  for (const part of [
    'Электрический чайник',
    'not in stock',
    'store_002',
    'TPL-K17',
    'Закипает быстро.',
    'volume: 1.7 л',
  ])
    assert.ok(text.includes(part), part)
})

test('of the stock no more is claimed than what the shop has said', () => {
  assert.equal(inStock(2), 'the shop says that it has 2, and nothing is reserved')
  assert.equal(inStock(0), 'the shop says that it has none, and nothing is reserved')
})
