import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
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

const noTerminal = spawnSync('script', ['-qec', 'true', '/dev/null'], { timeout: 10_000 }).status === 0 ? false : 'this machine gives no pseudo-terminal (script)'

test('on a terminal a step within a step has the live line to itself, and the one around it gets it back', { skip: noTerminal }, () => {
  const { CI: _, ...environment } = process.env
  // a pseudo-terminal that nobody has opened a window for has no columns
  const drawn = execFileSync('script', ['-qec', 'stty cols 80 rows 24; node --import tsx tests/fixtures/steps.ts', '/dev/null'], { cwd: join(import.meta.dirname, '..', '..'), encoding: 'utf8', env: environment, timeout: 30_000 })
  const shown = [...stripVTControlCharacters(drawn).matchAll(/([⠀-⣿]|✓) (outer|inner)|concurrent/g)].map(([all, mark, name]) => (mark === '✓' ? all : name))
  assert.deepEqual(shown.filter((each, index) => each !== shown[index - 1]), ['outer', 'inner', '✓ inner', 'outer', '✓ outer'])
})
