import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { checkProduct, MAX_PRODUCT_BYTES } from '../../clients/product.ts'

const cases = z
  .array(
    z.object({
      name: z.string(),
      key: z.string().optional(),
      raw: z.string().optional(),
      base64: z.string().optional(),
      reason: z.string().nullable(),
      path: z.string().nullable(),
    }),
  )
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/product-cases.json'), 'utf8')))

const bytesOf = (name: string): Buffer => {
  const found = cases.find((one) => one.name === name)
  assert.ok(found, name)
  return found.raw === undefined ? Buffer.from(found.base64 ?? '', 'base64') : Buffer.from(found.raw)
}
const valid = bytesOf('товар из образца').toString()
const detailOf = (value: Buffer | string, key?: string) => {
  const result = checkProduct(value, key)
  return 'product' in result ? 'a product' : result.detail
}

describe('checkProduct agrees with the vectors shared with the product filter', () => {
  for (const { name, key, reason, path } of cases) {
    it(name, () => {
      const result = checkProduct(bytesOf(name), key)
      if ('product' in result) return assert.equal(reason, null)
      assert.deepEqual({ reason: result.reason, path: result.path }, { reason, path }, result.detail)
      assert.match(result.detail, /expected .*got /)
    })
  }
})

describe('checkProduct', () => {
  it('names what was expected and what was seen', () => {
    assert.equal(detailOf(bytesOf('отрицательная сумма')), 'price.amount: expected a number >= 0, got -5')
    assert.equal(detailOf(bytesOf('валюта строчными')), 'price.currency: expected 3 upper-case letters, got "rub"')
    assert.equal(detailOf(bytesOf('нет поля name')), 'name: expected a string with something to see in it, got nothing')
    assert.equal(detailOf(bytesOf('остатки массивом')), 'stock: expected an object {available, reserved}, got an array')
    assert.match(detailOf(bytesOf('сумма больше триллиона')), /^price.amount: expected at most 1000000000000, got /)
    const long = valid.replace('"RUB"', `"${'я'.repeat(5_000)}"`)
    assert.equal(detailOf(long), `price.currency: expected 3 upper-case letters, got "${'я'.repeat(60)}…"`)
    assert.equal(detailOf(valid, 'другой'), 'product_id: expected the record\'s key "другой", got "12345"')
  })

  it('refuses more than a million bytes, counted in UTF-8', () => {
    const room = MAX_PRODUCT_BYTES - 1 - Buffer.byteLength(valid) - '"x":"",'.length
    const fits = valid.replace('"tags"', `"x":"${'я'.repeat(room / 2)}","tags"`)
    assert.equal(detailOf(fits), 'a product')
    assert.equal(detailOf(`${fits}  `), `expected at most 1000000 bytes, got ${Buffer.byteLength(fits) + 2}`)
  })

  it('refuses a document nested so deep that reading it could overflow', () => {
    const result = checkProduct(valid.replace('{', `{"x":${'['.repeat(300_000)}${']'.repeat(300_000)},`))
    assert.equal('reason' in result && result.reason, 'too-large')
  })

  it('refuses numbers that PostgreSQL cannot hold, and allows the same digits in a text', () => {
    for (const number of ['1e-20000', '9'.repeat(400), '1e99999999999', `0.${'1'.repeat(400)}`]) {
      const detail = detailOf(valid.replace('{', `{"x":[0,${number}],`))
      assert.match(detail, /^x\[1\]: expected a number that a double can hold/)
      assert.equal(detailOf(valid.replace('{', `{"x":"${number}",`)), 'a product')
    }
  })

  it('gives the fields of a product as they were sent', () => {
    const result = checkProduct(valid.replace('{', '{"warranty":{"месяцев":12},'), '12345')
    assert.deepEqual('product' in result && result.product, { ...JSON.parse(valid), warranty: { месяцев: 12 } })
  })

  it('never throws, whatever the bytes are', () => {
    let state = 42
    const random = (below: number) => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % below
    for (let round = 0; round < 5_000; round++) {
      const damaged = Buffer.from(valid)
      for (let hits = random(3); hits >= 0; hits--) damaged[random(damaged.length)] = random(256)
      assert.ok(detailOf(damaged).length < 600)
    }
  })
})
