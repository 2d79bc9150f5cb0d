import assert from 'node:assert/strict'
import { test } from 'node:test'
import { succeed } from '../platform.ts'
import { traces } from '../traces.ts'

test('the demo runs twice, the second time on the state of the first; then every claim is proven, without a trace', async () => {
  for (const turn of ['first', 'second']) {
    const shown = await succeed('demo')
    assert.match(shown, /Try next:/, turn)
  }
  const before = await traces()
  const results: { group: string; name: string; outcome: string; seen: string }[] = JSON.parse(await succeed('check', ['--json']))
  assert.deepEqual(await traces(), before, 'nothing is changed and nobody is told')
  // everything has just started, on a machine that may be busy
  assert.deepEqual(results.filter(({ outcome, name, group }) => outcome !== 'proven' && name !== 'a scrape is short on every JVM' && group !== 'criteria'), [])
  for (const group of ['mirror', 'lake', 'recommendations', 'monitoring', 'criteria']) assert.ok(results.some((result) => result.group === group), group)
})
