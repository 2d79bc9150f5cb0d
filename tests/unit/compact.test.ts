import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compact } from '../../clients/product-file/compact.ts'
import { limits } from './fuzz.ts'

const compacted = (json: string) => compact(Buffer.from(json)).toString()

test('what is written between the tokens of JSON is left out, and nothing else', () => {
  assert.equal(compacted(' {\r\n\t"a" : [ 1 , -0.0 ,1e2,\n12345678901234567890.0120 ],"б\\" :": " x\u2028\\\\" } \n'), '{"a":[1,-0.0,1e2,12345678901234567890.0120],"б\\" :":" x\u2028\\\\"}')
  const small = Buffer.from('{"a":[1,"x  y"]}')
  assert.equal(compact(small), small, 'not even copied')
  assert.equal(compacted(''), '')
})

test('however JSON is spread, it becomes what it was before', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 1, 3, '\t', '\r\n \t'), (value, indent) => {
      const spread = JSON.stringify(value, null, typeof indent === 'number' ? indent : indent.replace('\r\n', ''))
      assert.equal(compacted(typeof indent === 'string' ? spread.replaceAll('\n', indent.includes('\n') ? '\r\n' : '\n') : spread), JSON.stringify(value))
    }),
    limits(),
  )
})

test('what is not JSON does not become JSON', () => {
  for (const text of ['{"a":1 2}', '[tr ue]', '[1 .5]', '[- 1]', '"a" "b"', '{"a" 1}', '{"a":"x', '{"a":"\n"}', '[1 e5]', '\\ "']) {
    assert.throws(() => JSON.parse(text), text)
    assert.throws(() => JSON.parse(compacted(text)), compacted(text))
  }
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]:,"\\ \n1.e-truefalsn') }), (text) => {
      const parsed = (json: string) => {
        try {
          return JSON.stringify(JSON.parse(json))
        } catch {
          return undefined
        }
      }
      assert.equal(parsed(compacted(text)), parsed(text))
    }),
    limits(),
  )
})
