import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asCalled, calledByWrapper } from '../../clients/caller.ts'

test('commands are told as they can be typed: plain until ./taskw was called, and nothing else is touched', () => {
  const hint = 'task check -- acl; task status (or `task banned -- list`)'
  assert.equal(asCalled(hint), hint)
  calledByWrapper(new Map([...['check', 'status', 'banned', 'client', 'search', 'test', 'test:part', 'up'].map((name): [string, string] => [name, name]), ['client -- search', 'search']]))
  for (const [text, told] of [
    [hint, './taskw check acl; ./taskw status (or `./taskw banned list`)'],
    ['Usage: task client -- search [options]; task client -- view 1', 'Usage: ./taskw search [options]; ./taskw client view 1'],
    ['task test:part PART=core', './taskw test:part PART=core'],
    ['  task banned -- add --words "a -- b"\ntask up', '  ./taskw banned add --words "a -- b"\n./taskw up'],
    ['VYGODNO_STACK=.stack/other task status', 'VYGODNO_STACK=.stack/other ./taskw status'],
    ['\u001b[36mtask up\u001b[39m', '\u001b[36m./taskw up\u001b[39m'],
    ...['a failed task of Connect', 'node_modules/.bin/task up', 'multitask up', 'task upper', 'task test:unit', 'task up-to-date'].map((text) => [text, text]),
  ] as [string, string][])
    assert.equal(asCalled(text), told)
})
