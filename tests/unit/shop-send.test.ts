import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { admitted, unchecked } from '../../clients/product-file/door.ts'
import { duplicateFinder } from '../../apps/shop-api/duplicates.ts'
import { Known } from '../../apps/shop-api/known.ts'
import { murmur2, partitionOf } from '../../clients/partition.ts'
import { layoutDefect } from '../../clients/product-file/records.ts'
import { plainLine } from '../../clients/plain.ts'
import { shellQuoted } from '../../clients/shell.ts'
import { type Sending, sendingAs } from '../../clients/stores.ts'
import { watchFile } from '../../apps/shop-api/watch.ts'

describe('the partition of a key', () => {
  it('is what the Java client makes of it', () => {
    // the vectors of org.apache.kafka.common.utils.UtilsTest
    const vectors: [string, number][] = [
      ['21', -973932308],
      ['foobar', -790332482],
      ['a-little-bit-long-string', -985981536],
      ['a-little-bit-longer-string', -1486304829],
      ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
      ['abc', 479470107],
    ]
    for (const [key, hash] of vectors) assert.equal(murmur2(Buffer.from(key)), hash, key)
    for (const [key, hash] of vectors) assert.equal(partitionOf(Buffer.from(key), 6), (hash & 0x7fffffff) % 6, key)
  })
})

const [sample] = JSON.parse(readFileSync(join(import.meta.dirname, '../../data/products.json'), 'utf8'))

describe('a record that is not a product', () => {
  const bad = Buffer.from('{"product_id": "a\\u0431", "name":')

  it('is not sent when it is checked', () => {
    const result = admitted({ line: 3, bytes: bad })
    assert.equal('reason' in result && result.reason, 'not-json')
  })

  it('is sent unchecked under what looks like its id, else under file and line', () => {
    const sent = (text: string | Buffer) => unchecked({ line: 3, bytes: Buffer.from(text) }, '/x/товары.json')
    assert.deepEqual(sent(bad), { id: 'aб', bytes: bad })
    const long = `{"product_id": "${'x'.repeat(201)}"}`
    const none = '{"product_id": ""}'
    for (const other of ['', 'часы', '{"product_id": 12}', none, '{"product_id": "a "}', '{"product_id": "\\x"}', long])
      assert.deepEqual(sent(other), { id: 'товары.json:3', bytes: Buffer.from(other) }, other)
  })

  it('is refused even unchecked when there is nothing of it to send', () => {
    const defect = layoutDefect('a record', 'nothing')
    assert.equal(unchecked({ line: 1, bytes: Buffer.alloc(0), defect }, 'f'), defect)
    assert.deepEqual(unchecked({ line: 1, bytes: bad, defect }, 'f'), { id: 'aб', bytes: bad })
    const large = unchecked({ line: 1, bytes: Buffer.alloc(1_000_001) }, 'f')
    assert.equal('reason' in large && large.reason, 'too-large')
  })
})

describe('the door', () => {
  const pretty = (product: object) => Buffer.from(JSON.stringify(product, null, 2))
  const at = (product: object) => admitted({ line: 1, bytes: pretty(product) })

  it('lets a product in on one line, numbers as they were written', () => {
    const text = pretty(sample).toString().replace(/"amount": [\d.]+/, '"amount": 1234567890.1234567890')
    const result = admitted({ line: 1, bytes: Buffer.from(text) })
    assert.ok('bytes' in result)
    assert.doesNotMatch(result.bytes.toString(), /\n/)
    assert.match(result.bytes.toString(), /"amount":1234567890.1234567890,/)
  })

  it('measures what is sent, not the white space around it', () => {
    const large = { ...sample, description: 'x'.repeat(990_000), specifications: Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`s${index}`, ''])) }
    const spread = Buffer.from(JSON.stringify(large, null, 10).replaceAll('\n', `\n${' '.repeat(100)}`))
    assert.ok(spread.length > 1_010_000)
    assert.ok('id' in admitted({ line: 1, bytes: spread }))
    const result = at({ ...large, description: 'x'.repeat(1_000_001) })
    assert.equal('reason' in result && result.reason, 'too-large')
  })

  it('is closed to the ids of monitoring, unchecked or not', () => {
    for (const id of ['vygodno-canary', 'vygodno-canary-banned'])
      for (const result of [at({ ...sample, product_id: id }), unchecked({ line: 1, bytes: pretty({ product_id: id }) }, 'f')]) {
        assert.ok('reason' in result, id)
        assert.match(result.detail, /^product_id: expected an id that does not begin with vygodno-canary, .*, got "vygodno-canary/)
      }
    assert.ok('id' in at({ ...sample, product_id: 'vygodno' }))
  })
})

describe('as which store', () => {
  const stores = { a: { name: 'А', by: 'shop-api' }, b: { name: 'Б', by: 'shop-api' }, own: { name: 'В', by: 'partner' }, 'vygodno-canary': { name: 'м', by: 'canary' } }
  const of = (store_id: string, as: Sending) => admitted({ line: 1, bytes: Buffer.from(JSON.stringify({ ...sample, store_id })) }, as)

  it('the intake sends for all of its stores and for no other', () => {
    const as = sendingAs(stores)
    assert.deepEqual(as, { by: 'shop-api', stores: ['a', 'b'] })
    for (const store of ['a', 'b']) assert.ok('id' in of(store, as))
    for (const store of ['own', 'c', 'vygodno-canary', 'A']) {
      const result = of(store, as)
      assert.equal('reason' in result && `${result.reason} ${result.detail}`, `foreign-product store_id: expected a store that shop-api sends for (config/stores.yaml), got "${store}"`)
    }
  })

  it('one store sends by its identity, and only its own', () => {
    const as = sendingAs(stores, 'own')
    assert.deepEqual(as, { by: 'partner', stores: ['own'] })
    assert.ok('id' in of('own', as))
    const result = of('a', sendingAs(stores, 'b'))
    assert.equal('reason' in result && result.detail, 'store_id: expected "b", got "a"')
    for (const store of ['c', 'vygodno-canary', '', 'constructor']) assert.throws(() => sendingAs(stores, store), { code: 'STORE_UNKNOWN' })
  })
})

describe('equal ids in one file', () => {
  it('are told by the line of the first', () => {
    const before = duplicateFinder()
    assert.deepEqual([before('a', 1), before('b', 2), before('a', 3), before('a', 4)], [undefined, undefined, 1, 1])
  })
})

describe('what watching has sent', () => {
  const content = (text: string) => Buffer.from(text)

  it('is sent again only when it differs from the last under its id', () => {
    const known = new Known()
    assert.equal(known.differs('a', content('1')), true)
    assert.equal(known.differs('b', content('1')), true)
    assert.equal(known.differs('a', content('1')), false)
    known.confirm()
    assert.equal(known.differs('b', content('1')), false)
    assert.equal(known.differs('a', content('2')), true)
    assert.equal(known.differs('a', content('1')), true)
  })

  it('differs again when it may not have arrived', () => {
    const known = new Known()
    known.differs('a', content('1'))
    known.confirm()
    known.differs('a', content('2'))
    known.forget()
    assert.equal(known.differs('a', content('1')), true)
  })
})

describe('watching a file', () => {
  it('makes a pass at once and after each change, also of a file that is replaced, deleted and made anew', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'слежу '))
    const file = join(folder, 'товары.json')
    const stop = new AbortController()
    const steps = [
      () => writeFile(file, 'longer than before'),
      () => writeFile(join(folder, 'new'), 'n').then(() => rename(join(folder, 'new'), file)),
      () => rm(file),
      () => writeFile(file, 'back'),
    ]
    let passes = 0
    await writeFile(file, '1')
    await watchFile(file, stop.signal, async () => {
      const step = steps[passes++]
      if (step) await step()
      else stop.abort()
      return true
    })
    assert.equal(passes, steps.length + 1)
    await rm(folder, { recursive: true })
  })

  it('tries the same content again when the pass asks for it', async () => {
    const stop = new AbortController()
    let passes = 0
    await watchFile('/does/not/exist', stop.signal, async () => {
      if (++passes === 3) stop.abort()
      return false
    })
    assert.equal(passes, 3)
  })
})

describe('text from outside', () => {
  it('cannot move the cursor', () => {
    assert.equal(plainLine('a\u001b[2Jб\u009b\n'), String.raw`a\u001b[2Jб\u009b\u000a`)
  })

  it('is quoted for the shell where it must be', () => {
    assert.equal(shellQuoted('data/товары-1.json'), 'data/товары-1.json')
    assert.equal(shellQuoted("мой $(прайс)'s"), "'мой $(прайс)'\\''s'")
  })
})
