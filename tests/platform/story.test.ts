import assert from 'node:assert/strict'
import { test } from 'node:test'
import { succeed } from './platform.ts'

test('the demo runs twice: the second time on the state of the first', async () => {
  for (const turn of ['first', 'second']) {
    const shown = await succeed('demo')
    assert.match(shown, /Try next:/, turn)
  }
})
