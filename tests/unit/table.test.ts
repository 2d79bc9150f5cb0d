import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { columnWidths, layOut } from '../../clients/table.ts'
import { limits } from './fuzz.ts'

const same = (text: string) => text
const look = (width: number, right?: number[]) => ({ width, title: same, rule: same, ...(right && { right }) })
const red = (text: string) => `\u001b[31m${text}\u001b[39m`

test('columns take what their cells need while the terminal has room, colour codes not counted', () => {
  assert.deepEqual(columnWidths([['id', 'reason'], ['1', red('контрафакт')]], 80), [2, 10])
  assert.deepEqual(columnWidths([['a'], ['你好'], ['👩‍👩‍👧‍👦'], ['и\u0306']], 80), [4])
})

test('in a narrow terminal the widest columns give way, down to their longest word, and the table fits', () => {
  const rows = [['kind', 'value', 'reason'], ['words', 'электронная сигарета', 'табачная продукция и принадлежности запрещены к дистанционной продаже']]
  const widths = columnWidths(rows, 60)
  assert.deepEqual(widths, [5, 20, 31])
  assert.equal(widths.reduce((sum, width) => sum + width + 2, -2), 60)
  assert.deepEqual(columnWidths(rows, 38), [5, 14, 15])
  assert.deepEqual(columnWidths(rows, 34), [5, 11, 14])
  assert.equal(columnWidths(rows, 33), undefined)
})

test('width is what is seen: each column begins where its title does', () => {
  const rows = [['1', '你好 мир', 'a'], ['12', red('👩‍👩‍👧‍👦 и\u0306'), 'b']]
  assert.equal(stripVTControlCharacters(layOut(['n', 'text', 'more'], rows, look(80, [0]))), [' n  text      more', '──  ────────  ────', ' 1  你好 мир  a', '12  👩‍👩‍👧‍👦 и\u0306      b'].join('\n'))
})

test('a colour goes on in the next line and never into the next column', () => {
  const drawn = layOut(['state', 'pid'], [[red('not ready: it does not answer'), '1']], look(18))
  assert.deepEqual(drawn.split('\n').slice(2), [`${red('not ready: it')}  1`, red('does not'), red('answer')])
})

test('what does not fit becomes a block of lines, without the empty ones, its words whole', () => {
  const drawn = layOut(['', 'resource', 'a-long-principal', 'other'], [['✗', 'topic shop.products', 'reads and writes it', ''], ['', 'https://example.org/whole', 'R', 'W']], look(30))
  assert.equal(drawn, ['          ✗', 'resource: topic shop.products', 'a-long-principal:', '          reads and writes it', '', 'resource: https://example.org/whole', 'a-long-principal:', '          R', 'other:    W'].join('\n'))
})

const cell = fc.array(fc.constantFrom('a', 'слово', 'электронная', '你好', '智能手机', '👩‍👩‍👧‍👦', '🇷🇺', '1️⃣', '🚭', 'и\u0306', '\u00a0', red('красный'), red('два слова'), ' ', ' ', ' ', '\n', '\t'), { maxLength: 12 }).map((parts) => parts.join(''))

test('no line is wider than the terminal unless it holds one word that is, and no word is broken', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell, cell), { maxLength: 5 }), fc.integer({ min: 20, max: 120 }), (rows, width) => {
      const lines = layOut(['id', 'название', 'reason', ''], rows, look(width)).split('\n')
      for (const line of lines) assert.ok(stringWidth(line) <= width || !/\S \S/u.test(stripVTControlCharacters(line).replace(/^\S*:? +/u, '')), `${stringWidth(line)} > ${width}: ${line}`)
      const words = rows.flat().flatMap((text) => stripVTControlCharacters(text).normalize().split(/\s+/u)).filter((word) => !/^\p{Script=Han}+$/u.test(word))
      const all = stripVTControlCharacters(lines.join('\n')).normalize()
      for (const word of words) assert.ok(all.includes(word), `${word} in ${all}`)
    }),
    limits(),
  )
})

const noTerminal = spawnSync('script', ['-qec', 'true', '/dev/null'], { timeout: 10_000 }).status === 0 ? false : 'this machine gives no pseudo-terminal (script)'
const widths = [60, 80, 100, 120, 200]

test('on a terminal of any width, coloured or not, the tables of commands are whole', { skip: noTerminal }, () => {
  const { CI: _ci, NO_COLOR: _none, ...environment } = process.env
  const run = 'node --import tsx tests/fixtures/tables.ts'
  const all = widths.map((width) => `stty cols ${width}; ${run}; echo ====; NO_COLOR=1 ${run}; echo ====`).join('; ')
  const output = execFileSync('script', ['-qec', all, '/dev/null'], { cwd: join(import.meta.dirname, '..', '..'), encoding: 'utf8', env: { ...environment, TERM: 'xterm-256color' }, timeout: 120_000 })
  const shown = output.replaceAll('\r\n', '\n').split('====\n')
  for (const [index, width] of widths.entries()) {
    const [coloured = '', uncoloured = ''] = shown.slice(index * 2)
    assert.ok(coloured.includes('\u001b[31m') && coloured.includes('\u001b[32m✓\u001b[39m'), `colour at ${width}`)
    assert.equal(stripVTControlCharacters(coloured), uncoloured, `colour changes nothing but colour, at ${width}`)
    for (const line of uncoloured.split('\n')) assert.ok(stringWidth(line) <= width, `${stringWidth(line)} > ${width}: ${line}`)
    for (const whole of ['product-filter', 'profile', 'analytics', 'without', 'дистанционной', '👩‍👩‍👧‍👦', 'connect-analytics', 'Электрический']) assert.ok(uncoloured.includes(whole), `${whole} at ${width}`)
    assert.doesNotMatch(uncoloured, /\d\dm/u)
    assert.equal(/^resource: +topic shop\.products$/mu.test(uncoloured), width < 200, `the matrix at ${width}`)
  }
})
