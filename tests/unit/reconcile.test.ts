import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diff, watched, withoutRemovals } from '../../tasks/lib/reconcile.ts'
import { topicsOf } from '../../tasks/lib/resources/topics.ts'
import { summarise } from '../../tasks/lib/show.ts'

const topics = topicsOf('primary', 'topics', 'core')
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

test('fewer partitions and another replication factor are refused at plan time, more partitions are not', () => {
  const change = (name: string, from: string, to: string) => diff('topics', [item('t', { [name]: to })], [item('t', { [name]: from })])
  assert.throws(() => topics.refuse?.(change('partitions', '6', '3')), { code: 'PARTITIONS_SHRINK' })
  assert.throws(() => topics.refuse?.(change('replication.factor', '3', '1')), { code: 'REPLICATION_CHANGE' })
  topics.refuse?.(change('partitions', '3', '6'))
})

test('what a call of a client fails with is told of, and thrown all the same', async () => {
  const failure = new Error('no leader')
  const told: object[] = []
  const client = watched({ name: 'analytics', ask: async (works: boolean) => (works ? 'answer' : Promise.reject(failure)) }, (error) => void told.push(error))
  assert.equal(await client.ask(true), 'answer')
  await assert.rejects(client.ask(false), failure)
  assert.deepEqual([told, client.name], [[failure], 'analytics'])
})
