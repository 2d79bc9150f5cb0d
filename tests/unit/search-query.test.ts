import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { otherAlphabet } from '../../clients/alphabet.ts'
import { mistakes, tolerated } from '../../apps/client-api/distance.ts'
import { clientEventSchema, newEvent } from '../../apps/client-api/event.ts'
import { otherLayout } from '../../apps/client-api/layout.ts'
import { parseQuery } from '../../apps/client-api/query.ts'
import { allButOne, spellings } from '../../apps/client-api/terms.ts'
import { twinsOf, wordsOf } from '../../clients/text.ts'
import { UsageError } from '../../clients/errors.ts'

const wordsIn = (typed: string) => parseQuery(typed).parts.flatMap(({ words }) => words)

test('words are of letters or of digits, of one alphabet, with е for ё', () => {
  assert.deepEqual(wordsOf('USB‑кабель 1,7л iPhone15'), ['usb', 'кабель', '1', '7', 'л', 'iphone', '15'])
  assert.deepEqual(wordsOf('ЁЛКА м² usbкабель'), ['елка', 'м', '2', 'usb', 'кабель'])
  assert.deepEqual(wordsOf('и\u0306од за\u0301мок шам\u00adпунь'), ['йод', 'замок', 'шампунь'])
})

test('a look-alike of the other alphabet is taken for what it looks like', () => {
  assert.deepEqual(wordsOf('кoфе'), ['кофе'])
  assert.deepEqual(wordsOf('sоny'), ['sony'])
})

test('a word may look the same in the other alphabet, and words that are not searched may not', () => {
  assert.deepEqual(twinsOf('сахар'), ['caxap'])
  assert.deepEqual(twinsOf('caxap'), ['сахар'])
  for (const none of ['вейп', 'в', 'того', 'these', 'vape']) assert.deepEqual(twinsOf(none), [])
})

test('the other keyboard layout, both ways, with the keys that are punctuation', () => {
  assert.equal(otherLayout('ghbdtn'), 'привет')
  assert.equal(otherLayout("Ghbdtn [kt, 'cghtccj"), 'Привет хлеб эспрессо')
  assert.equal(otherLayout('`krf'), 'ёлка')
  assert.equal(otherLayout('ыщтулщ'), 'soneko')
  assert.equal(otherLayout('USB-3'), 'ГЫИ-3')
})

test('the other alphabet', () => {
  assert.equal(otherAlphabet('зентро'), 'zentro')
  assert.equal(otherAlphabet('naushniki'), 'наушники')
  assert.equal(otherAlphabet('щука'), 'schuka')
})

test('fleeting vowels', () => {
  assert.ok(spellings('чехлы').includes('чехол'))
  assert.ok(spellings('чехол').includes('чехл'))
  assert.ok(spellings('подушек').includes('подушк'))
  assert.ok(spellings('ремни').includes('ремен'))
  assert.deepEqual(spellings('кот'), ['кот'])
})

test('mistakes: swapped letters are one, endings count little, too many are none', () => {
  const of = (typed: string, known: string) => mistakes(typed, known, tolerated(typed))
  assert.equal(of('наушинки', 'наушники'), 1)
  assert.equal(of('чяй', 'чай'), 1)
  assert.ok(of('чайнеком', 'чайник') < 2)
  assert.ok(of('кружка', 'кружки') < of('кражка', 'кружки'))
  assert.equal(of('привет', 'примерах'), Infinity)
  assert.ok(of('найник', 'чайник') > of('чайнек', 'чайник'))
})

test('any text becomes harmless words', () => {
  assert.deepEqual(wordsIn("'; drop table products; --"), ['drop', 'table', 'products'])
  assert.deepEqual(wordsIn('чай & !кофе | (мёд):* <-> \\'), ['чай', 'кофе', 'мед'])
  assert.deepEqual(wordsIn('чай\u0000\u0007\tкофе ☕️ $1 %s'), ['чай', 'кофе', '1', 's'])
  assert.equal(allButOne(['(а)', '(б)', '(в)']), '((б) & (в)) | ((а) & (в)) | ((а) & (б))')
})

test('a long query is cut, and how much is left out is known', () => {
  const query = parseQuery('слово '.repeat(2_000))
  assert.equal(query.parts.length, 16)
  assert.equal(query.omitted, 1_984)
  assert.equal(wordsIn('я'.repeat(10_000))[0]?.length, 40)
})

test('a query without a letter or digit is an error with a hint', () => {
  for (const empty of ['', '   ', '🙂 ☕', '\u0000', '&|!()'])
    assert.throws(
      () => parseQuery(empty),
      (error) => error instanceof UsageError && error.code === 'QUERY_EMPTY' && error.hint !== '',
    )
})

test('an event holds what happened, and no more than 4000 characters of text', () => {
  const event = newEvent('review', ' анна ', { product_id: '1', rating: 5, text: 'а'.repeat(5_000) })
  assert.equal(event.user_id, 'анна')
  assert.equal(event.text?.length, 4_000)
  assert.match(event.event_id, /^[0-9a-f-]{36}$/)
  assert.ok(Math.abs(Date.parse(event.at) - Date.now()) < 5_000)
  assert.ok(!('query' in event))
  for (const user of ['', ' ', 'a\nb', 'x'.repeat(201)]) assert.throws(() => newEvent('view', user, { product_id: '1' }), UsageError)
})

test('an event names a product as the door does, and a user whom Kafka can name', () => {
  const { cases } = z.object({ cases: z.array(z.object({ name: z.string(), text: z.string(), valid: z.boolean() })) })
    .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/identifier-cases.json'), 'utf8')))
  for (const { name, text, valid } of cases)
    assert.equal(clientEventSchema.safeParse(newEvent('view', 'анна', { product_id: text })).success, valid, name)
  assert.ok(clientEventSchema.safeParse(newEvent('view', 'анна 😀', { product_id: '1' })).success)
  assert.throws(() => newEvent('view', 'а\ud800', { product_id: '1' }), UsageError)
})
