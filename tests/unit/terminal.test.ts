import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'

const noTerminal = spawnSync('script', ['-qec', 'true', '/dev/null'], { timeout: 10_000 }).status === 0 ? false : 'this machine gives no pseudo-terminal (script)'

test('on a terminal a step within a step has the live line to itself, and the one around it gets it back', { skip: noTerminal }, () => {
  const { CI: _, ...environment } = process.env
  // a pseudo-terminal that nobody has opened a window for has no columns
  const drawn = execFileSync('script', ['-qec', 'stty cols 80 rows 24; node --import tsx tests/fixtures/steps.ts', '/dev/null'], { cwd: join(import.meta.dirname, '..', '..'), encoding: 'utf8', env: environment, timeout: 30_000 })
  const shown = [...stripVTControlCharacters(drawn).matchAll(/([⠀-⣿]|✓) (outer|inner)|concurrent/g)].map(([all, mark, name]) => (mark === '✓' ? all : name))
  assert.deepEqual(shown.filter((each, index) => each !== shown[index - 1]), ['outer', 'inner', '✓ inner', 'outer', '✓ outer'])
})

const root = join(import.meta.dirname, '..', '..')
const { CI: _ci, NO_COLOR: _none, ...coloured } = process.env
/** All that could steer a terminal, our own colours and the moves of the live line aside. */
const steering = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu
const written = String.raw`<\u001b[31m\u001b]0;title\u0007\u009b2J\u007f\u000d\u202e\u2066\u2028\u2029\u061c>`

test('a text from outside can not steer the terminal: piped, every way to print writes it out', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', 'tests/fixtures/unruly.ts'], { cwd: root, encoding: 'utf8', env: coloured, timeout: 30_000 })
  assert.equal(status, 2)
  assert.deepEqual([...`${stdout}${stderr}`.matchAll(steering)].map(([char]) => char).filter((char) => char !== '\n' && char !== '\t'), [])
  assert.equal(stdout.split(written).length - 1, 3, stdout)
  assert.equal(stderr.split(written).length - 1, 7, stderr)
  const json: unknown = JSON.parse(stdout.slice(stdout.indexOf('{')))
  assert.deepEqual(json, { '<\u001b[31m\u001b]0;title\u0007\u009b2J\u007f\r\u202e\u2066\u2028\u2029\u061c>': '<\u001b[31m\u001b]0;title\u0007\u009b2J\u007f\r\u202e\u2066\u2028\u2029\u061c>' })
})

test('nor on a terminal, where our own colours stay', { skip: noTerminal }, () => {
  const drawn = execFileSync('script', ['-qec', 'stty cols 400 rows 24; node --import tsx tests/fixtures/unruly.ts || true', '/dev/null'], { cwd: root, encoding: 'utf8', env: { ...coloured, TERM: 'xterm-256color' }, timeout: 30_000 })
  assert.ok(drawn.includes('\u001b[1m') && drawn.includes('\u001b[33m'), 'bold and yellow are ours')
  for (const foreign of ['<\u001b', '\u001b]', '\u009b', '\u007f', '\u0007']) assert.ok(!drawn.includes(foreign), JSON.stringify(drawn))
  assert.deepEqual([...stripVTControlCharacters(drawn).matchAll(steering)].map(([char]) => char).filter((char) => !'\n\t\r'.includes(char)), [])
  assert.ok(stripVTControlCharacters(drawn).includes(written))
})

test('with --quiet a command says its data, warnings and errors, and nothing else', () => {
  const talk = (...args: string[]) => spawnSync(process.execPath, ['--import', 'tsx', 'tests/fixtures/talk.ts', 'all', ...args], { cwd: root, encoding: 'utf8', timeout: 30_000 })
  const [loud, quiet] = [talk(), talk('-q')]
  assert.deepEqual([loud.status, loud.stdout, quiet.status, quiet.stdout], [2, 'data\n', 2, 'data\n'])
  const kept = ['line 7: bad', '! a warning', '✗ an error [TALK]', '  → task status', '']
  assert.deepEqual(loud.stderr.split('\n').map((line) => line.replace(/ [\d.]+s$/, '')), ['said', '✓ a step done', ...kept])
  assert.deepEqual(quiet.stderr.split('\n'), kept)
  assert.equal(talk('--quiet').stderr, quiet.stderr)
})
