import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextAttempt } from '../../apps/exporter/connectors.ts'

test('a connector that fails again and again is restarted at once, then after 15 s, 30 s … 5 minutes', () => {
  let now = 1_000_000
  let last = nextAttempt(undefined, now)
  const waits: number[] = []
  for (let turn = 0; turn < 9; turn++) {
    const from = now
    let next: typeof last
    while (!(next = nextAttempt(last, now))) now += 1_000
    waits.push((now - from) / 1_000)
    last = next
  }
  assert.deepEqual(waits, [15, 30, 60, 120, 240, 300, 300, 300, 300])
  assert.equal(nextAttempt(last, now + 1), undefined)
})

test('one that has run for ten minutes begins with the shortest wait again', () => {
  const last = { atMs: 0, waitMs: 300_000 }
  assert.deepEqual(nextAttempt(last, 300_000), { atMs: 300_000, waitMs: 300_000 })
  assert.deepEqual(nextAttempt(last, 900_001), { atMs: 900_001, waitMs: 15_000 })
})
