import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnWidths } from '../../clients/terminal.ts'

test('a table takes what its cells need while the terminal has room, colour codes not counted', () => {
  assert.deepEqual(columnWidths([['id', 'reason'], ['1', '\u001b[31mконтрафакт\u001b[39m']], 80), [4, 12])
})

test('in a narrow terminal the widest columns give way, and the table fits', () => {
  const rows = [['kind', 'value', 'reason'], ['words', 'электронная сигарета', 'табачная продукция и принадлежности запрещены к дистанционной продаже']]
  const widths = columnWidths(rows, 60)
  assert.deepEqual(widths, [7, 22, 27])
  assert.equal(widths.reduce((sum, width) => sum + width, widths.length + 1), 60)
  assert.ok(columnWidths(rows, 5).every((width) => width >= 3))
})
