import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'

test('a path that class paths, lists or globs would take apart is refused before anything starts', () => {
  for (const sign of [':', ',', '*', '?', '[', ']', '{', '}', '"', "'", '\\', '\n', '\t'])
    assert.throws(() => loadEnvironment({ VYGODNO_STACK: `/tmp/a${sign}b` }), { code: 'PATH_UNUSABLE', exitCode: 2, hint: /VYGODNO_STACK=\/tmp\/a-b$/ }, sign)
  for (const name of ['стек с пробелом', 'a-b_c.1', "+ 100% #1 & co $;@!=~()`"]) assert.equal(loadEnvironment({ VYGODNO_STACK: `/tmp/${name}` }).stack, `/tmp/${name}`)
})
