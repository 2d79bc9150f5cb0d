import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { criteria } from '../../tasks/lib/checks/criteria.ts'
import { groups } from '../../tasks/lib/checks/registry.ts'

const { root } = loadEnvironment({})
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const textsOf = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('/src/test/'))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'))

/** What the first cells of the troubleshooting table name; DEMO_… stands for all that begin so. */
const explained = readme
  .slice(readme.indexOf('## When something fails'))
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([A-Z][A-Z0-9_]+)(…?)`/g)].map(([, code = '', family = '']) => ({ code, family: family !== '' })))

test('every error code of a program is explained in the README once, and no other', () => {
  const typescript = ['tasks', 'apps', 'clients'].flatMap((folder) => textsOf(folder, '.ts')).flatMap((text) => [...text.matchAll(/(?:Error\(\s*|\bcode: )'([A-Z][A-Z0-9_]+)'/g)])
  const java = textsOf('apps', '.java').flatMap((text) => [...text.matchAll(/(?:new Failure\(\s*\w+\.\w+,\s*|return )"([A-Z]+_[A-Z0-9_]+)[" ]/g)])
  const used = [...new Set([...typescript, ...java].map(([, code = '']) => code))].sort()
  assert.ok(used.length > 80, `${used.length} codes found`)
  const isExplained = (code: string) => explained.some((row) => (row.family ? code.startsWith(row.code) : code === row.code))
  assert.deepEqual(used.filter((code) => !isExplained(code)), [], 'not explained')
  assert.deepEqual(explained.filter((row) => !used.some((code) => (row.family ? code.startsWith(row.code) : code === row.code))).map(({ code }) => code), [], 'used nowhere')
  assert.deepEqual(explained.map(({ code }) => code).filter((code, index, all) => all.indexOf(code) !== index), [], 'explained twice')
})

test('the README shows every acceptance criterion with the checks that prove it, and says what every group proves', () => {
  const shown = readme.split('\n').filter((line) => /^\| \d+ /.test(line))
  assert.deepEqual(shown, criteria.map(({ name, groups: proving }) => `| ${name} | ${proving.map((group) => `\`${group}\``).join(', ')} |`))
  assert.deepEqual(groups.map(({ name }) => name).filter((name) => !readme.includes(`\n| \`${name}\` | `)), [])
})
