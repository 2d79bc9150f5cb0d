import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { z } from 'zod'
import { formOf, keyOf, searchKeyOf, wordsOf } from '../../clients/text.ts'
import { startScratch } from './search-scratch.ts'

const pairs = z.array(z.tuple([z.string(), z.string()]))
const fixture = z.object({ forms: z.array(z.object({ why: z.string(), cases: pairs })), alike: pairs, different: pairs, words: pairs })
const read = (file: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, '../..', file), 'utf8'))
const { forms, alike, different, words } = fixture.parse(read('tests/fixtures/text-cases.json'))
const tables = z
  .object({ dropped: z.array(z.string()), signs: z.record(z.string(), z.string()), alike: z.record(z.string(), z.string()), twins: z.object({ latin: z.string(), cyrillic: z.string() }) })
  .parse(read('config/text/letters.json'))

let scratch: Awaited<ReturnType<typeof startScratch>>
let reader: pg.Client
before(async () => {
  scratch = await startScratch()
  reader = await scratch.connect('client-api')
})
after(async () => {
  await reader?.end()
  await scratch?.stop()
})

/** What PostgreSQL makes of texts; it has none that hold U+0000. */
async function inPostgres(call: string, texts: string[]): Promise<string[]> {
  const { rows } = await reader.query<{ made: string }>(`select ${call} as made from unnest($1::text[]) with ordinality given (value, at) order by at`, [texts])
  return rows.map(({ made }) => made)
}
const storable = <T extends [string, ...unknown[]]>(cases: T[]) => cases.filter(([text]) => !text.includes('\0'))

for (const { why, cases } of forms)
  test(`the normal form, here and in PostgreSQL: ${why}`, async () => {
    assert.deepEqual(cases.map(([text]) => [text, formOf(text)]), cases)
    const known = storable(cases)
    const made = await inPostgres('text_form(value)', known.map(([text]) => text))
    assert.deepEqual(known.map(([text], at) => [text, made[at]]), known)
    for (const [, form] of cases) assert.equal(formOf(form), form)
  })

test('what looks the same has the same key, what does not has another, here and in PostgreSQL', async () => {
  for (const [one, other] of alike) assert.equal(keyOf(one), keyOf(other), `${one} ${other}`)
  for (const [one, other] of different) assert.notEqual(keyOf(one), keyOf(other), `${one} ${other}`)
  const all = storable([...forms.flatMap(({ cases }) => cases), ...alike, ...different].flat().map((text): [string] => [text])).flat()
  assert.deepEqual(await inPostgres('text_key(value)', all), all.map(keyOf))
})

test('the words that are searched, here and in PostgreSQL', async () => {
  assert.deepEqual(words.map(([text]) => [text, wordsOf(text).join(' ')]), words)
  const all = storable([...words, ...forms.flatMap(({ cases }) => cases), ...alike]).map(([text]) => text)
  assert.deepEqual(await inPostgres('search_text(value)', all), all.map((text) => wordsOf(text).join(' ')))
  assert.deepEqual(await inPostgres('text_key(search_text(value))', all), all.map(searchKeyOf))
})

test('every character of the tables is the same here and in PostgreSQL', async () => {
  const points = (ranges: string) =>
    ranges.split(' ').flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map((digits) => Number.parseInt(digits, 16))
      return Array.from({ length: last - first + 1 }, (_, offset) => String.fromCodePoint(first + offset))
    })
  const characters = [...points(tables.dropped.join(' ')), ...Object.values(tables.signs).flatMap(points), ...Object.values(tables.alike).flatMap((letters) => Array.from(letters)), ...tables.twins.latin, ...tables.twins.cyrillic]
  const texts = characters.filter((character) => character !== '\0').map((character) => `т${character}ж`)
  assert.ok(texts.length > 5_000)
  const made = await inPostgres('text_key(value)', texts)
  assert.deepEqual(texts.filter((text, at) => made[at] !== keyOf(text)), [])
})
