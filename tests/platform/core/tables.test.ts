import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { legend } from '../../../tasks/lib/checks/matrix.ts'
import { bootstrapped, env, shop, succeed } from '../platform.ts'

before(async () => {
  await bootstrapped()
  await succeed(shop, ['send', 'data/products.json'])
})

const noTerminal = spawnSync('script', ['-qec', 'true', '/dev/null'], { timeout: 10_000 }).status === 0 ? false : 'this machine gives no pseudo-terminal (script)'

/** What a person sees who runs commands on a terminal so wide; talk and live lines are left out. */
function seen(width: number, commands: string[], environment: NodeJS.ProcessEnv = {}): string {
  const { CI: _, NO_COLOR: _none, ...given } = process.env
  const run = commands.map((command) => `node ${join(env.build, 'dist')}/${command} 2>/dev/null`).join('; ')
  return execFileSync('script', ['-qec', `stty cols ${width} rows 40; ${run}`, '/dev/null'], { cwd: env.root, encoding: 'utf8', env: { ...given, TERM: 'xterm-256color', ...environment }, timeout: 240_000 }).replaceAll('\r\n', '\n')
}

const commands = ['tasks/status.js', 'tasks/certs.js', 'tasks/banned.js list', 'apps/client-api/main.js search чайник', 'apps/client-api/main.js recommend nobody-knows']
const whole = ['product-filter', 'profile', 'monitoring-ca', 'электронная сигарета', 'дистанционной', 'Электрический', 'Теплотон']

for (const width of [60, 80, 100, 120, 200])
  test(`at ${width} columns every table fits, words whole, colour or not`, { skip: noTerminal }, () => {
    for (const environment of width === 80 ? [{}, { NO_COLOR: '1' }] : [{}]) {
      const drawn = seen(width, commands, environment)
      assert.equal(drawn.includes('\u001b[1m'), !('NO_COLOR' in environment))
      const text = stripVTControlCharacters(drawn)
      for (const line of text.split('\n')) assert.ok(stringWidth(line) <= width, `${stringWidth(line)}: ${line}`)
      for (const word of whole) assert.ok(text.includes(word), `${word} at ${width}:\n${text}`)
    }
  })

test('the matrix of access at 100 columns is lines, not columns', { skip: noTerminal }, () => {
  const text = stripVTControlCharacters(seen(100, ['tasks/check.js acl']))
  assert.match(text, /^resource: +topic shop\.products\noperator: +\S+\nshop-api: +Wd$/mu)
  // what explains the letters is a sentence
  for (const line of text.replace(legend, '').split('\n')) assert.ok(stringWidth(line) <= 100, line)
})
