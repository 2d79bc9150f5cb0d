import assert from 'node:assert/strict'
import { test } from 'node:test'
import { succeed } from '../platform.ts'

test('the demo runs twice, the second time on the state of the first; then every claim is proven', async () => {
  for (const turn of ['first', 'second']) {
    const shown = await succeed('demo')
    assert.match(shown, /Try next:/, turn)
  }
  const results: { group: string; ok: boolean }[] = JSON.parse(await succeed('check', ['--json']))
  assert.ok(results.every(({ ok }) => ok))
  for (const group of ['mirror', 'lake', 'recommendations', 'monitoring', 'criteria']) assert.ok(results.some((result) => result.group === group), group)
})
