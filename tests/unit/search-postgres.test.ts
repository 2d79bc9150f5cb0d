import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { z } from 'zod'
import { productById } from '../../apps/client-api/catalog.ts'
import type { Filters } from '../../apps/client-api/find.ts'
import { parseQuery } from '../../apps/client-api/query.ts'
import { judgedSchema, measure } from '../../apps/client-api/relevance.ts'
import { search } from '../../apps/client-api/search.ts'
import { wordsOf } from '../../clients/text.ts'
import { UsageError } from '../../clients/errors.ts'
import { loadEnvironment } from '../../clients/environment.ts'
import { type RuleKind, ruleProblem } from '../../clients/rules.ts'
import { nearMisses } from '../../tasks/lib/ban-preview.ts'
import { digest } from '../../tasks/lib/checks/storage.ts'
import { startScratch } from './search-scratch.ts'

const data = (name: string): unknown => JSON.parse(readFileSync(join(loadEnvironment({}).root, 'data', name), 'utf8'))
const products = z
  .array(z.looseObject({ product_id: z.string(), name: z.string(), description: z.string() }))
  .parse(data('products.json'))

const sample = products[0] ?? assert.fail('data/products.json is empty')

let scratch: Awaited<ReturnType<typeof startScratch>>
let sink: pg.Client
let reader: pg.Client

before(async () => {
  scratch = await startScratch()
  sink = await scratch.connect('connect')
  reader = await scratch.connect('client-api')
  await upsert(products)
})

after(async () => {
  await sink?.end()
  await reader?.end()
  await scratch?.stop()
})

async function upsert(some: (typeof products)[number][]): Promise<void> {
  await sink.query(
    `insert into products (product_id, doc) select * from unnest($1::text[], $2::jsonb[])
     on conflict (product_id) do update set doc = excluded.doc`,
    [some.map(({ product_id }) => product_id), some.map((product) => JSON.stringify(product))],
  )
}

const rowSchema = z.tuple([z.object({ doc: z.unknown(), category: z.string(), brand: z.string(), sku: z.string(), store_id: z.string() })])
const productRow = async (id: string) => rowSchema.parse((await reader.query('select * from products where product_id = $1', [id])).rows)[0]

const ask = (text: string, filters: Filters = {}) => search(reader, parseQuery(text), filters, 10)
const idsOf = async (text: string, filters?: Filters) =>
  (await ask(text, filters)).results.map(({ product_id }) => product_id)

// just below what is measured, so that a change that makes a class worse is seen
const floors: Record<string, { mrr?: number; zero: [number, number] }> = {
  exact: { mrr: 0.98, zero: [0, 0] },
  inflection: { mrr: 0.9, zero: [0, 0.1] },
  prefix: { mrr: 0.98, zero: [0, 0] },
  typo: { mrr: 0.96, zero: [0, 0] },
  layout: { mrr: 0.8, zero: [0, 0.2] },
  'mixed-script': { mrr: 0.9, zero: [0, 0.1] },
  yo: { mrr: 0.98, zero: [0, 0] },
  sku: { mrr: 0.98, zero: [0, 0] },
  'multi-word': { mrr: 0.85, zero: [0, 0.1] },
  description: { mrr: 0.88, zero: [0, 0.1] },
  'no-answer': { zero: [0.8, 1] },
}

test('a sink that began with an empty dictionary looks words up in its index', async () => {
  const empty = await startScratch()
  const session = await empty.connect('connect')
  try {
    await session.query('begin')
    for (const product of products.slice(0, 20)) {
      await session.query('insert into products (product_id, doc) values ($1, $2::jsonb)', [product.product_id, JSON.stringify(product)])
    }
    const { rows } = await session.query("select seq_scan::int as whole, idx_scan::int as by_index from pg_stat_xact_user_tables where relname = 'product_words'")
    const [{ whole, by_index: byIndex }] = z.tuple([z.object({ whole: z.int(), by_index: z.int() })]).parse(rows)
    assert.equal(whole, 0, `${whole} times all words were read`)
    assert.ok(byIndex > 100, `${byIndex} looks into the index`)
  } finally {
    await session.end()
    await empty.stop()
  }
})

test('judged queries: mean reciprocal rank and share without a result, by class', async (context) => {
  const judged = judgedSchema.parse(data('search-relevance.json'))
  assert.ok(judged.length >= 70)
  const known = new Set(products.map(({ product_id }) => product_id))
  assert.deepEqual(
    judged.flatMap(({ relevant }) => relevant).filter((id) => !known.has(id)),
    [],
  )
  const quality = await measure(judged, (query) => idsOf(query))
  for (const one of quality) {
    const [mrr, zero] = [one.mrr?.toFixed(3) ?? '–', one.zero_result_rate.toFixed(3)]
    context.diagnostic(`${one.class.padEnd(13)} ${one.queries} queries  MRR ${mrr}  no result ${zero}`)
    const floor = floors[one.class]
    assert.ok(floor, one.class)
    assert.ok((one.mrr ?? 1) >= (floor.mrr ?? 0), `${one.class}: MRR ${one.mrr}, not first: ${one.missed.join(', ')}`)
    assert.ok(
      one.zero_result_rate >= floor.zero[0] && one.zero_result_rate <= floor.zero[1],
      `${one.class}: no result ${one.zero_result_rate}`,
    )
  }
  assert.equal(quality.length, Object.keys(floors).length)
})

test('every correction is told, and nothing that is found as typed is corrected', async () => {
  assert.deepEqual((await ask('наушинки')).corrections, [{ typed: 'наушинки', used: 'наушники', reason: 'typo' }])
  assert.deepEqual((await ask('yfeiybrb')).corrections, [{ typed: 'yfeiybrb', used: 'наушники', reason: 'layout' }])
  assert.deepEqual((await ask('термо кружка')).corrections, [
    { typed: 'термо кружка', used: 'термокружка', reason: 'spacing' },
  ])
  assert.deepEqual((await ask('сонеко')).corrections, [{ typed: 'сонеко', used: 'soneko', reason: 'alphabet' }])
  assert.deepEqual((await ask('наушники')).corrections, [])
  // «and» is not searched, so «br and» would be any product with «br»
  assert.deepEqual((await ask('brand')).corrections, [{ typed: 'brand', used: 'band', reason: 'typo' }])
})

test('three words: one may be missing, and that is told; two: none may', async () => {
  const three = await ask('беспроводной пылесос дайсон')
  assert.ok(three.partial && three.total > 0)
  assert.deepEqual(three.unknown, ['дайсон'])
  assert.deepEqual(await ask('пылесос дайсон'), {
    results: [],
    total: 0,
    corrections: [],
    unknown: ['дайсон'],
    partial: false,
    excluded: 0,
  })
})

test('filters, and how many products they exclude', async () => {
  assert.deepEqual(await idsOf('чайник', { maxPrice: 2000 }), ['10611'])
  assert.deepEqual(await idsOf('чайник', { brand: 'ТЕПЛОТОН', category: 'бытовая' }), ['10501', '10502'])
  assert.ok(!(await idsOf('планшет', { inStock: true })).includes('10108'))
  assert.equal((await ask('чайник', { brand: "' or 1=1 --" })).excluded, 3)
  assert.equal((await ask('чайник', { category: 'чайник%' })).total, 0)
})

test('prices are compared within one currency: roubles, unless another is named', async () => {
  const added = { ...sample, name: 'Самовар', brand: 'Жаровня', tags: [], description: 'Описание.', specifications: {} }
  const prices = { rub: [499, 'RUB'], usd: [499, 'USD'], cheap: [10, 'USD'], dear: [501, 'RUB'] } as const
  await upsert(Object.entries(prices).map(([product_id, [amount, currency]]) => ({ ...added, product_id, price: { amount, currency } })))
  const found = async (filters: Filters) => (await idsOf('самовар', filters)).sort()
  assert.deepEqual(await found({}), ['cheap', 'dear', 'rub', 'usd'])
  assert.deepEqual(await found({ maxPrice: 500 }), ['rub'])
  assert.deepEqual(await found({ maxPrice: 500, currency: 'USD' }), ['cheap', 'usd'])
  assert.deepEqual(await found({ maxPrice: 100, currency: 'USD' }), ['cheap'])
  assert.deepEqual(await found({ currency: 'USD' }), ['cheap', 'usd'])
  assert.deepEqual(await found({ currency: 'EUR' }), [])
  assert.equal((await ask('самовар', { maxPrice: 5 })).excluded, 4)
  assert.equal((await ask('usd', { maxPrice: 5 })).total, 0, 'an id is no way around a filter')
  await sink.query('delete from products where product_id = any($1)', [Object.keys(prices)])
})

test('a product is found whatever its name is written with, and by whatever is typed', async () => {
  const added = { ...sample, brand: 'Жаровня', tags: [], description: 'Описание.' }
  const names = { soft: 'Шам\u00adпунь детский', stress: 'Само\u0301вар угольный', latin: 'CAXAP тростниковый', mixed: 'Kopицa молотая', wide: 'Ｖａｐｏｒｉｚｅｒ', glued: 'Кипятильник5000' }
  await upsert(Object.entries(names).map(([product_id, name]) => ({ ...added, product_id, name })))
  for (const [id, query] of [['soft', 'шампуни детские'], ['stress', 'самовар угольный'], ['stress', 'само\u200bвар у\u0301гольный'], ['latin', 'сахар тростниковый'], ['mixed', 'корица'], ['wide', 'vaporizer'], ['glued', 'кипятильник']] as const)
    assert.equal((await idsOf(query))[0], id, query)
  assert.deepEqual(await idsOf('самовар', { brand: 'Жapoвня' }), ['stress'])
  assert.deepEqual((await idsOf('ТРLK15T'))[0], '10502')
  await sink.query('delete from products where product_id = any($1)', [Object.keys(names)])
})

test('what a rule that matches nothing may have meant', async () => {
  const near = async (kind: RuleKind, value: string) => (await nearMisses(reader, kind, value)).map(({ value: meant }) => meant)
  assert.ok((await near('brand', 'Зентро')).includes('Zentro'))
  assert.ok((await near('brand', 'Zentra')).includes('Zentro'))
  assert.ok((await near('words', 'чайнек')).includes('чайник'))
  assert.ok((await near('category', 'бытовая')).includes('Бытовая техника'))
  assert.deepEqual((await near('store', 'store_02')).length, 3)
  assert.ok((await near('sku', 'ZNT-A7-12')).includes('ZNT-A7-128'))
  assert.ok((await near('id', '1010')).includes('10101'))
  assert.deepEqual(await near('brand', 'Ъъъъъъ'), [])
  assert.deepEqual(await near('words', '"'), [])
})

test('no text is dangerous', async () => {
  const nasty = [
    "'; drop table products; --",
    "чай' | 'кофе",
    '((((чай',
    'чай & ! | :* <->',
    '$1 %L \\',
    '🙂 чай',
    'а'.repeat(10_000),
    'чай '.repeat(3_000),
    '\ud800 чай',
    'чай\u0000',
  ]
  for (const text of nasty) await ask(text)
  assert.equal((await reader.query('select from products')).rowCount, products.length)
})

test('words are the same here and in PostgreSQL', async () => {
  for (const text of products.flatMap(({ name, description }) => [name, description])) {
    const { rows } = await reader.query<{ words: string }>('select search_text($1) as words', [text])
    assert.equal(rows[0]?.words, wordsOf(text).join(' '))
  }
})

test('a word is known as soon as its product is, and never suggested after its product went', async () => {
  const added = { ...sample, product_id: 'new-1', name: 'Самовар угольный Жаровня', brand: 'Жаровня', tags: [] }
  assert.equal((await ask('самовор')).total, 0)
  await upsert([added])
  assert.deepEqual(await idsOf('самовор'), ['new-1'])
  await upsert([{ ...added, name: 'Кипятильник дорожный' }])
  assert.deepEqual(await idsOf('самовор'), [])
  assert.deepEqual(await idsOf('кепятильник'), ['new-1'])
  await sink.query('delete from products where product_id = $1', ['new-1'])
  assert.deepEqual(await ask('кепятильник'), {
    results: [],
    total: 0,
    corrections: [],
    unknown: ['кепятильник'],
    partial: false,
    excluded: 0,
  })
  await upsert([{ ...added, product_id: 'new-2', name: 'Самовар' }])
  assert.equal((await ask('кепятильникк')).total, 0)
  await upsert([{ ...added, name: 'Кепятильник' }])
  await upsert([{ ...added, name: 'Кипятильник' }])
  assert.deepEqual(await idsOf('кепятильникк'), ['new-1'])
  await sink.query("delete from products where product_id in ('new-1', 'new-2')")
})

test('a name counts more than tags, tags more than the description; an id or sku most of all', async () => {
  const bare = { ...sample, tags: [] as string[], brand: 'Жаровня', description: 'Описание.' }
  await upsert([
    { ...bare, product_id: 'd', name: 'А', description: 'Самовар, в котором вода закипает. 10502' },
    { ...bare, product_id: 't', name: 'Посуда', tags: ['самовар', '10502'] },
    { ...bare, product_id: 'n', name: 'Большой угольный самовар с росписью вместо 10502' },
  ])
  assert.deepEqual(await idsOf('самовары'), ['n', 't', 'd'])
  assert.deepEqual(await idsOf('10502'), ['10502', 'n', 't', 'd'])
  assert.deepEqual((await idsOf('tplk15t'))[0], '10502')
  await sink.query("delete from products where product_id in ('d', 't', 'n')")
})

test('what is too long to be indexed does not stop the sink', async () => {
  const letters = (index: number) => String(index).replace(/./g, (digit) => 'абвгдежзик'.charAt(Number(digit)))
  const words = Array.from({ length: 90_000 }, (_, index) => `ы${letters(100_000 + index)}`).join(' ')
  const long = { ...sample, product_id: 'long-1', sku: words, tags: [words], category: words, description: words }
  await upsert([{ ...long, name: `Длинношеее ${words}`, specifications: { all: words } }])
  assert.deepEqual(await idsOf('длинношеее'), ['long-1'])
  await sink.query("delete from products where product_id = 'long-1'")
})

test('whatever the door takes is stored, is what it was, and can be banned by each of its names', async () => {
  const cases = z.array(z.object({ name: z.string(), key: z.string().optional(), raw: z.string().default(''), reason: z.string().nullable() }))
  const taken = cases.parse(JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/product-cases.json'), 'utf8'))).filter(({ reason }) => reason === null)
  assert.ok(taken.length > 30)
  for (const { name, key = '', raw } of taken) {
    await sink.query('delete from products where product_id = $1', [key])
    await sink.query('insert into products (product_id, doc) values ($1, $2::text::jsonb)', [key, raw])
    const { doc, category, brand, sku, store_id } = await productRow(key)
    assert.equal(digest(doc), digest(JSON.parse(raw)), name)
    assert.notEqual(digest(doc), digest(JSON.parse(raw.replace(/"amount": ?[-\d.e+]+/, '"amount":7'))), name)
    assert.equal((await productById(reader, key)).product_id, key)
    for (const [kind, value] of Object.entries({ id: key, category, brand, sku, store: store_id }))
      assert.equal(ruleProblem(kind as RuleKind, value), undefined, `${name}: ${kind}`)
    await sink.query('delete from products where product_id = $1', [key])
  }
})

test('the sink may write products only, the reader nothing', async () => {
  const refused = { code: '42501' }
  await assert.rejects(sink.query("insert into product_words values ('слово')"), refused)
  await assert.rejects(sink.query('truncate products'), refused)
  await assert.rejects(sink.query('create table more (id int)'), refused)
  await assert.rejects(reader.query('set transaction read write; delete from products'), refused)
})

test('a product by id; an unknown id is a usage error with a hint', async () => {
  assert.equal((await productById(reader, '10501')).name, 'Электрический чайник Теплотон K17 1,7 л стеклянный')
  await upsert([{ ...sample, product_id: 'before ' }])
  for (const id of ['nope', '', "' or 1=1", '10501\u0000x', '10501 ', '10501\u00ad', 'before '])
    await assert.rejects(
      productById(reader, id),
      (error) => error instanceof UsageError && error.code === 'PRODUCT_UNKNOWN' && error.hint !== '',
    )
  await sink.query("delete from products where product_id = 'before '")
})
