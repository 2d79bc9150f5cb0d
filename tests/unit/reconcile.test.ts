import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diff, watched, withoutRemovals } from '../../tasks/lib/reconcile.ts'
import { refuseTopicChanges } from '../../tasks/lib/resources/topic-refusals.ts'
import { summarise } from '../../tasks/lib/show.ts'

const item = (id: string, fields: Record<string, string> = {}) => ({ id, fields })

test('equal states differ in nothing', () => {
  assert.deepEqual(diff('topics', [item('a', { x: '1' })], [item('a', { x: '1' })]), [])
  assert.equal(summarise([]), '0 changes')
})

test('creation, change of a field and removal are told apart', () => {
  const changes = diff('topics', [item('new', { x: '1' }), item('old', { x: '2', added: 'y' })], [item('old', { x: '1', gone: 'z' }), item('extra')])
  assert.deepEqual(changes, [
    { kind: 'topics', action: 'create', id: 'new', fields: [{ name: 'x', to: '1' }] },
    { kind: 'topics', action: 'update', id: 'old', fields: [{ name: 'x', from: '1', to: '2' }, { name: 'added', to: 'y' }, { name: 'gone', from: 'z' }] },
    { kind: 'topics', action: 'remove', id: 'extra', fields: [] },
  ])
  assert.equal(summarise(changes), '3 changes: 3 topics')
})

test('without --prune nothing is taken away, neither things nor single settings', () => {
  const changes = diff('topics', [item('both', { x: '2' }), item('only', {})], [item('both', { x: '1', gone: 'z' }), item('only', { gone: 'z' }), item('extra')])
  assert.deepEqual(withoutRemovals(changes), [{ kind: 'topics', action: 'update', id: 'both', fields: [{ name: 'x', from: '1', to: '2' }] }])
})

test('what can’t be done to a topic is refused at plan time: partitions of keyed records stay, others only grow', () => {
  const refuse = (name: string, from: string, to: string) => refuseTopicChanges(diff('topics', [item('t.keyed', { [name]: to }), item('t.dlq', {})], [item('t.keyed', { [name]: from }), item('t.dlq', {})]), ['t.dlq'])
  const grow = (from: string, to: string) => refuseTopicChanges(diff('topics', [item('t.dlq', { partitions: to })], [item('t.dlq', { partitions: from })]), ['t.dlq'])
  assert.throws(() => refuse('partitions', '6', '8'), { code: 'PARTITIONS_KEYED', message: /t\.keyed: expected the 6 partitions it has, got 8: a record’s key/, hint: /set partitions: 6/ })
  assert.throws(() => refuse('partitions', '8', '6'), { code: 'PARTITIONS_KEYED', message: /expected the 6 partitions that are declared, got 8\. Somebody has added/, hint: /task clean/ })
  assert.throws(() => refuse('replication.factor', '3', '1'), { code: 'REPLICATION_CHANGE' })
  assert.throws(() => grow('6', '3'), { code: 'PARTITIONS_SHRINK' })
  grow('3', '6')
})

test('what a call of a client fails with is told of, and thrown all the same', async () => {
  const failure = new Error('no leader')
  const told: object[] = []
  const client = watched({ name: 'analytics', ask: async (works: boolean) => (works ? 'answer' : Promise.reject(failure)) }, (error) => void told.push(error))
  assert.equal(await client.ask(true), 'answer')
  await assert.rejects(client.ask(false), failure)
  assert.deepEqual([told, client.name], [[failure], 'analytics'])
})
