import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { loadEnvironment } from '../../clients/environment.ts'
import { UsageError } from '../../clients/errors.ts'
import { loadServices } from '../../tasks/lib/compose.ts'
import { loadConfig } from '../../tasks/lib/config.ts'
import { limits } from './fuzz.ts'

const scratch = mkdtempSync(join(tmpdir(), 'vygodno-fuzz-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const env = loadEnvironment({ VYGODNO_STACK: join(scratch, 'stack') })

/** One damage to a text: where, how much goes, what comes instead. */
const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  gone: fc.nat(40),
  put: fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('', ':', '\n', '  ', '- ', '{', '}', '[', ']', '&a', '*a', '<<: ', 'null', '~', '!!js', '!!binary x', '"', "'", '|', '#', '%', '\t', '1e999', '-1', '.nan', '__proto__: 1', 'constructor', '${X}', '${', '---\n', 'true', 'ключ: значение'),
  ),
})
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never

function damaged(text: string, damages: Damage[]): string {
  return damages.reduce((current, { at, gone, put }) => {
    const from = Math.floor(at * current.length)
    return current.slice(0, from) + put + current.slice(from + gone)
  }, text)
}

/** Accepted, or refused as a user's mistake with its place: nothing else. */
function acceptedOrRefused(load: () => unknown): void {
  try {
    load()
  } catch (error) {
    assert.ok(error instanceof UsageError, `${error instanceof Error ? error.stack : String(error)}`)
    assert.equal(error.code, 'CONFIG_INVALID')
    assert.match(error.message, /:\d+:\d+ |expected a known variable/)
  }
}

const folder = mkdtempSync(join(scratch, 'config-'))
cpSync(join(env.root, 'config'), folder, { recursive: true })
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'))

test('whatever is done to a file of config/, it is accepted, or refused with the place of the mistake', () => {
  assert.ok(files.length >= 5)
  fc.assert(
    fc.property(fc.constantFrom(...files), fc.array(damage, { minLength: 1, maxLength: 4 }), (file, damages) => {
      const text = readFileSync(join(env.root, 'config', file), 'utf8')
      writeFileSync(join(folder, file), damaged(text, damages))
      try {
        acceptedOrRefused(() => loadConfig(env, folder))
      } finally {
        writeFileSync(join(folder, file), text)
      }
    }),
    limits(150),
  )
})

test('whatever is done to compose.yaml, it is accepted, or refused with the place of the mistake', () => {
  const text = readFileSync(join(env.root, 'compose', 'compose.yaml'), 'utf8')
  const copy = mkdtempSync(join(scratch, 'compose-'))
  cpSync(join(env.root, 'config'), join(scratch, 'config'), { recursive: true })
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
      writeFileSync(join(copy, 'compose.yaml'), damaged(text, damages))
      acceptedOrRefused(() => loadServices(env, join(copy, 'compose.yaml')))
    }),
    limits(300),
  )
})
