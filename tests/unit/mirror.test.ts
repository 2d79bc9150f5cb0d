import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderDiffers } from '../../tasks/lib/mirror.ts'

const compared = (original: number[], owed: number, copy: number[], isTrimmed = false) => orderDiffers({ records: original, owed }, { records: copy }, isTrimmed)

test('a copy holds what was there before it was read, and nothing that is not there afterwards, in order', () => {
  assert.equal(compared([1, 2, 3], 3, [1, 2, 3]), '')
  assert.equal(compared([1, 2, 3, 4], 2, [1, 2, 3]), '', 'the fourth came while looking')
  assert.match(compared([1, 2, 3], 3, [1, 2]), /at least 3 records, got 2/)
  assert.match(compared([1, 2], 2, [1, 2, 2]), /at most 2 records, got 3/)
  assert.match(compared([1, 2, 3], 3, [1, 3, 2]), /record 2 of 3 differs/)
})

test('a head that one cluster has forgotten before the other is no difference; a hole behind it is', () => {
  for (const [original, owed, copy] of [[[3, 4, 5], 3, [1, 2, 3, 4, 5]], [[1, 2, 3, 4], 4, [3, 4]], [[3, 4], 2, [3, 4]], [[], 0, [1, 2]], [[], 0, []]] as const)
    assert.equal(compared([...original], owed, [...copy], true), '', `${original} and ${copy}`)
  assert.match(compared([3, 4, 5], 3, [1, 2, 3, 5], true), /at least|differs/)
  assert.match(compared([1, 2, 3, 4], 4, [3, 9], true), /record 2 of 2 differs/)
  assert.match(compared([1, 2], 2, [], true), /at least 2 records, got 0/)
  assert.match(compared([1, 2], 2, [8, 9], true), /no record in common/)
  // without a forgotten head the same is a loss
  assert.notEqual(compared([1, 2, 3, 4], 4, [3, 4]), '')
})
