import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadEnvironment } from '../../clients/environment.ts'
import { UsageError } from '../../clients/errors.ts'
import { checkProduct } from '../../clients/product.ts'
import { readRule, ruleId, ruleKinds } from '../../clients/rules.ts'
import { judgeRecords } from '../../tasks/lib/matcher.ts'
import { limits } from './fuzz.ts'

const env = loadEnvironment({})
const [sample] = JSON.parse(readFileSync(join(env.root, 'data/products.json'), 'utf8'))
const value = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
  fc.tuple(fc.constantFrom(...Object.keys(sample), '__proto__', 'constructor'), fc.jsonValue()).map(([field, broken]) => Buffer.from(JSON.stringify({ ...sample, [field]: broken }))),
  fc.tuple(fc.nat(JSON.stringify(sample).length), fc.string({ unit: 'binary', maxLength: 5 })).map(([at, put]) => Buffer.from(JSON.stringify(sample).slice(0, at) + put + JSON.stringify(sample).slice(at + 1))),
)

test('whatever stands in a product record, it is a product or has a defect with a reason', () => {
  fc.assert(
    fc.property(value, fc.option(fc.string({ maxLength: 10 }), { nil: undefined }), (bytes, key) => {
      const checked = checkProduct(bytes, key)
      if ('product' in checked) assert.ok(checked.product.product_id.length > 0)
      else assert.ok(checked.reason.length > 0)
    }),
    limits(1_500),
  )
})

test('whatever stands in a product record, the filter finds the same defect', async () => {
  const records = fc.sample(value, limits())
  assert.ok(records.length > 300)
  const found: (string | undefined)[] = []
  const chunk = records.map((bytes, index) => ({ line: index + 1, bytes }))
  async function* chunks() {
    yield chunk
  }
  for await (const { reason } of judgeRecords(env, [], chunks())) found.push(reason)
  const expected = records.map((bytes) => checkProduct(bytes)).map((checked) => ('product' in checked ? undefined : checked.reason))
  assert.deepEqual(found, expected)
})

test('a rule is the same rule however often its name is made; the host is loopback or refused', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ruleKinds), fc.string({ unit: 'grapheme', maxLength: 30 }), (kind, text) => {
      const id = ruleId(kind, text)
      assert.equal(ruleId(kind, id.slice(kind.length + 1)), id)
    }),
    limits(1_500),
  )
  // the filter compares ids byte by byte, whatever their normal form
  assert.equal(ruleId('id', ' е\u0308 '), 'id:е\u0308')
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ minLength: 1 }), fc.constantFrom('localhost', '127.1', '0.0.0.0', '127.0.0.256')), (host) => {
      try {
        assert.match(loadEnvironment({ VYGODNO_HOST: host }).host, /^127\.\d+\.\d+\.\d+$/)
      } catch (error) {
        assert.ok(error instanceof UsageError && error.code === 'HOST_NOT_LOOPBACK')
      }
    }),
    limits(1_500),
  )
})

test('whatever stands in a record of the ban list, it is the rule that its key names, or none', () => {
  const rule = { rule: 'brand:xyz', kind: 'brand', value: 'XYZ', reason: 'проба', by: 'a@b', at: '2026-01-01T00:00:00Z', change: '1' }
  const text = JSON.stringify(rule)
  const record = fc.oneof(
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    fc.json({ maxDepth: 3 }).map((json) => Buffer.from(json)),
    fc.tuple(fc.constantFrom(...Object.keys(rule), '__proto__'), fc.jsonValue()).map(([field, broken]) => Buffer.from(JSON.stringify({ ...rule, [field]: broken }))),
    fc.tuple(fc.nat(text.length), fc.string({ unit: 'binary', maxLength: 3 })).map(([at, put]) => Buffer.from(text.slice(0, at) + put + text.slice(at + 1))),
  )
  assert.deepEqual(readRule(rule.rule, Buffer.from(text)), rule)
  fc.assert(
    fc.property(fc.oneof(fc.constant(rule.rule), fc.string({ maxLength: 12 })), record, (key, bytes) => {
      const read = readRule(key, bytes)
      if (read) assert.equal(ruleId(read.kind, read.value), key)
    }),
    limits(),
  )
})
