import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { BanList, ruleKey, ruleName } from '../../clients/ban-list.ts'
import type { Read } from '../../clients/kafka.ts'
import { checkRule, reasonProblem, ruleId, ruleKinds, ruleProblem } from '../../clients/rules.ts'

const cases = z
  .array(z.object({ name: z.string(), kind: z.enum(ruleKinds), value: z.string(), added: z.boolean(), taken: z.boolean() }))
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/rule-cases.json'), 'utf8')))

const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const mark = json({ version: 1 })

test('what may be added the filter takes; what it takes is known as in force', () => {
  for (const { name, kind, value, added, taken } of cases) {
    assert.equal(ruleProblem(kind, value) === undefined, added, name)
    assert.equal('rule' in checkRule(Buffer.from(ruleId(kind, value)), json({ kind, value })), taken, name)
  }
  // no bytes in UTF-8 are half a surrogate, so no key is
  assert.ok(ruleProblem('brand', 'A\ud800') && ruleProblem('id', 'A\ud800'))
  assert.ok(cases.some(({ added, taken }) => added && taken) && cases.some(({ added, taken }) => !added && taken) && cases.some(({ taken }) => !taken))
})

test('a rule is read as the filter reads it: the last of equal names counts, a change has a limit', () => {
  const check = (key: string, value: string) => 'rule' in checkRule(Buffer.from(key), Buffer.from(value))
  assert.ok(check('brand:b', '{"kind":"brand","value":"a","value":"b"}'))
  assert.ok(!check('brand:a', '{"kind":"brand","value":"a","value":7}'))
  assert.ok(check('brand:a', `{"kind":"brand","value":"a","change":"${'c'.repeat(100)}"}`))
  assert.ok(!check('brand:a', `{"kind":"brand","value":"a","change":"${'c'.repeat(101)}"}`))
  assert.ok(!('rule' in checkRule(Buffer.from([0xff]), json({ kind: 'brand', value: '\ufffd' }))))
})

test('a reason can be read in one line', () => {
  for (const reason of ['отзыв', 'x'.repeat(500)]) assert.equal(reasonProblem(reason), undefined)
  for (const reason of ['', '  ', '\u200b', 'x'.repeat(501), 'a\nb', 'a\u001b[31m', 'a\u2028b', '\ud800']) assert.match(reasonProblem(reason) ?? '', /^expected a reason/)
})

/** A list with its records in both partitions, unless one is named. */
function listOf(records: { key: string | Buffer; value: Buffer | null; partition?: number }[], answers: { key: string; value: Buffer | null; partition: number }[] = []): BanList {
  const list = new BanList()
  const read = (record: { key: string | Buffer; value: Buffer | null }, partition: number, offset: number): Read => {
    const keyBytes = Buffer.from(record.key)
    return { partition, offset: String(offset), timestampMs: 0, key: keyBytes.toString(), keyBytes, value: record.value, headers: {} }
  }
  records.forEach((record, offset) => (record.partition === undefined ? [0, 1] : [record.partition]).forEach((partition) => list.accept(read(record, partition, offset))))
  answers.forEach((record, offset) => list.acceptAnswer(read(record, record.partition, offset)))
  return list
}
const acme = { key: 'brand:acme', value: json({ kind: 'brand', value: 'Acme' }) }
const answer = (rule: string, partition: number, blocked = 0, action = 'added') => ({ key: rule, partition, value: json({ rule, change: null, action, partition, retracted: 0, reinstated: 0, blocked, at: '' }) })
const ids = (list: BanList) => list.rules().map(({ rule }) => rule)

test('a record that is no rule hides nothing but itself, and goes when it is removed', () => {
  const bad = [{ key: 'brand:x', value: Buffer.from('{') }, { key: 'words:…', value: json({ kind: 'words', value: '…' }) }, { key: Buffer.from([0xff, 0x01]), value: mark }, { key: `brand:${'я'.repeat(520)}`, value: json({ kind: 'brand', value: 'я'.repeat(520) }) }]
  const list = listOf([...bad, acme, { key: 'id:1', value: json({ kind: 'id', value: '1' }) }])
  assert.deepEqual(ids(list), ['brand:acme', 'id:1'])
  const refused = list.refused().map(({ rule }) => rule)
  assert.deepEqual(refused, ['brand:x', 'words:…', 'hex:ff01', `brand:${'я'.repeat(520)}`])
  for (const rule of refused) assert.ok(list.has(ruleKey(rule)), rule)
  assert.deepEqual(listOf([...bad, acme, ...bad.map(({ key }) => ({ key, value: null }))]).refused(), [])
})

test('garbage over a rule leaves it in force, as the filter does, and is shown', () => {
  const list = listOf([acme, { key: 'brand:acme', value: Buffer.from('x') }])
  assert.deepEqual(ids(list), ['brand:acme'])
  assert.deepEqual(list.refused().map(({ rule }) => rule), ['brand:acme'])
  assert.deepEqual(listOf([acme, { key: 'brand:acme', value: Buffer.from('x') }, acme]).refused(), [])
})

test('a rule that is lost in one partition is in force in the others; one that is removed in all is gone', () => {
  assert.deepEqual(ids(listOf([acme, { ...acme, value: null, partition: 0 }])), ['brand:acme'])
  assert.deepEqual(ids(listOf([acme, { ...acme, value: null }])), [])
})

test('an answer that is none hides no other; a rule that only the filter has is shown', () => {
  const list = listOf([acme], [answer('brand:acme', 0, 3), { key: 'brand:acme', partition: 1, value: Buffer.from('{') }, answer('brand:gone', 0, 2), answer('brand:lifted', 0), { key: 'brand:lifted', partition: 0, value: null }])
  assert.equal(list.hits('brand:acme'), 3)
  assert.deepEqual(list.refused(), [{ rule: 'brand:gone', problem: 'the filter applies it, its record is gone' }])
})

test('a partition has its rules when the filter has answered the mark and neither it nor its state has been taken away since', () => {
  assert.deepEqual(listOf([]).withoutRules([0, 1]), [0, 1])
  assert.deepEqual(listOf([], [answer('seed:bans', 0)]).withoutRules([0, 1]), [1])
  assert.deepEqual(listOf([], [answer('seed:bans', 0), answer('seed:bans', 1), { key: 'seed:bans', partition: 0, value: null }]).withoutRules([0, 1]), [0])
  assert.deepEqual(listOf([], [answer('seed:bans', 0), answer('seed:bans', 0, 0, 'removed')]).withoutRules([0]), [0])
  assert.deepEqual(listOf([], [answer('seed:bans', 0), { key: 'seed:bans', partition: 0, value: Buffer.from('{') }]).withoutRules([0]), [0])
})

test('a mark is no rule; one that is garbage is shown and none; the marks of others are nothing', () => {
  const list = listOf([{ key: 'seed:bans', value: mark }, { key: 'seed:other', value: Buffer.from('x') }])
  assert.deepEqual([list.rules(), list.refused(), [...list.marks.values()].map(({ version }) => version)], [[], [], [1, 1]])
  for (const value of ['', '{', '{}', '{"version":"1"}', '{"version":0}', '{"version":1.5}', '[]', '9'.repeat(30)]) {
    const damaged = listOf([{ key: 'seed:bans', value: mark }, { key: 'seed:bans', value: Buffer.from(value), partition: 1 }])
    assert.deepEqual([...damaged.marks.keys()], [0], value)
    assert.deepEqual(damaged.refused().map(({ rule }) => rule), ['seed:bans'], value)
  }
  assert.equal(listOf([{ key: 'seed:bans', value: mark }, { key: 'seed:bans', value: null }]).marks.size, 0)
  const loaded = (value: unknown) => [...listOf([{ key: 'seed:bans', value: json(value) }]).marks.values()].map((each) => each.loaded)
  assert.deepEqual(loaded({ version: 1, loaded: ['0123456789abcdef'] })[0], ['0123456789abcdef'])
  // a mark of before there were names, or with other things for them, still is one
  assert.deepEqual([...loaded({ version: 1 }), ...loaded({ version: 1, loaded: 5 })], [[], [], [], []])
})

test('every key has a name that can be typed, and the name leads back to it', () => {
  for (const key of ['brand:acme', 'id:a"b\\c', 'id:11009 ', 'id:1\u200b', 'id:\u001b[31m', 'hex:ff', 'hex:', 'слово'].map((text) => Buffer.from(text)).concat(Buffer.from([0xc3]), Buffer.from([0])))
    assert.deepEqual(ruleKey(ruleName(key)), key)
  assert.deepEqual(['id:1\u200b', 'id:1 ', 'id:1'].map((text) => ruleName(Buffer.from(text))), ['hex:69643a31e2808b', 'hex:69643a3120', 'id:1'])
})
