import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { load } from 'js-yaml'
import { z } from 'zod'
import { firstCommands } from '../../apps/taskw/commands.ts'
import { describedTasks } from '../../apps/taskw/help.ts'
import { criteria } from '../../tasks/lib/checks/criteria.ts'
import { parts, sectionOf } from '../../tasks/lib/checks/documentation.ts'
import { groups } from '../../tasks/lib/checks/registry.ts'
import { blocksOf, documents, linesOf, root, spansOf, tablesOf, textOf } from './documents.ts'

const textsOf = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('/src/test/'))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'))
const twice = (names: string[]) => names.filter((name, index) => names.indexOf(name) !== index)

/** What the first cells of the tables of errors name; DEMO_… stands for all that begin so. */
const explained = tablesOf('docs/errors.md')
  .flat()
  .flatMap(([cell = '']) => [...cell.matchAll(/`([A-Z][A-Z0-9_]+)(…?)`/g)])
  .map(([, code = '', family = '']) => ({ code, family: family !== '' }))

test('every error code of a program is explained once, and no other', () => {
  const typescript = ['tasks', 'apps', 'clients']
    .flatMap((folder) => textsOf(folder, '.ts'))
    .flatMap((text) => [...text.matchAll(/(?:Error\(\s*|\bcode: )'([A-Z][A-Z0-9_]+)'/g)])
  const java = textsOf('apps', '.java')
    .flatMap((text) => [...text.matchAll(/(?:new Failure\(\s*\w+\.\w+,\s*|return )"([A-Z]+_[A-Z0-9_]+)[" ]/g)])
  const used = [...new Set([...typescript, ...java].map(([, code = '']) => code))].sort()
  assert.ok(used.length > 80, `${used.length} codes found`)
  const isMeant = (row: { code: string; family: boolean }, code: string) =>
    row.family ? code.startsWith(row.code) : code === row.code
  assert.deepEqual(used.filter((code) => !explained.some((row) => isMeant(row, code))), [], 'not explained')
  const unused = explained.filter((row) => !used.some((code) => isMeant(row, code)))
  assert.deepEqual(unused.map(({ code }) => code), [], 'used nowhere')
  assert.deepEqual(twice(explained.map(({ code }) => code)), [], 'explained twice')
})

test('every acceptance criterion stands with the checks that prove it, and every group with what it proves', () => {
  const [proving, shown] = tablesOf('docs/checks.md')
  const expected = criteria.map(({ name, groups: by }) => [name, by.map((group) => `\`${group}\``).join(', ')])
  assert.deepEqual(shown?.slice(1), expected)
  const named = [...groups.map(({ name }) => name), 'criteria'].map((name) => `\`${name}\``)
  assert.deepEqual(proving?.slice(1).map(([group]) => group), named)
  assert.deepEqual(proving?.filter(([, proves = '']) => proves === ''), [])
})

test('every alert stands once in the table of what to do, and no other', () => {
  const shape = z.object({ groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string().optional() })) })) })
  const alerts = textsOf('config/prometheus/rules', '.yaml')
    .flatMap((text) => shape.parse(load(text)).groups)
    .flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []))
  assert.ok(alerts.length > 30)
  const rows = sectionOf(textOf('docs/operations.md'), '## Alerts').split('\n').filter((line) => line.startsWith('| `'))
  const named = rows.flatMap((line) => spansOf(line.split('|')[1] ?? ''))
  assert.deepEqual(named.sort(), alerts.sort())
})

test('every command stands once in the table of commands, and the first five in the README', () => {
  const named = (tablesOf('docs/commands.md')[0] ?? []).flatMap(([cell = '']) => spansOf(cell))
  const commands = [...new Set(named.map((name) => name.split(' ')[1] ?? ''))]
  const described = describedTasks(root).map(({ name }) => name).filter((name) => name !== 'default')
  assert.deepEqual(commands.sort(), described.sort())
  assert.deepEqual(twice(named), [])
  const first = sectionOf(textOf('README.md'), '## Five commands').matchAll(/^\$ \.\/taskw ([a-z]+)/gm)
  assert.deepEqual([...first].map(([, name]) => name), firstCommands)
})

test('every task that a document names exists, and every task says what it does', () => {
  const only = ['help', 'version', 'completion'] // those of ./taskw itself
  const known = [...describedTasks(root).map(({ name }) => name), ...only]
  const unknown = documents.flatMap((file) => {
    const code = [...blocksOf(file).map(({ text }) => text), ...linesOf(file).flatMap((line) => spansOf(line))]
    return code
      .flatMap((text) => [...text.matchAll(/(?:\.\/taskw|(?<![\w./-])task) ([a-z][a-z:]*)/g)])
      .filter(([, name = '']) => !known.includes(name))
      .map(([call]) => `${file}: ${call}`)
  })
  assert.deepEqual(unknown, [])
  const task = z.object({ desc: z.string().optional(), internal: z.boolean().optional() })
  const shape = z.object({ tasks: z.record(z.string(), task) })
  const { tasks } = shape.parse(load(textOf('Taskfile.yml')))
  const silent = Object.entries(tasks).filter(([, { desc, internal }]) => !desc && !internal)
  assert.deepEqual(silent.map(([name]) => name), [])
})

test('the README is short, and no line of prose is longer than 120 characters, or ends within a command', () => {
  for (const file of ['README.md', 'README.ru.md']) assert.ok(textOf(file).trimEnd().split('\n').length <= 150, file)
  const prose = (file: string) => linesOf(file).filter((line) => !line.startsWith('|'))
  // the evaluation is written by a program, with figures of any length
  const written = documents.filter((file) => file !== 'docs/evaluation.md')
  const wide = (file: string) => prose(file).filter((line) => line.length > 120).map((line) => `${file}: ${line}`)
  assert.deepEqual(written.flatMap(wide), [])
  const isCut = (line: string) => line.split('`').length % 2 === 0
  assert.deepEqual(documents.flatMap((file) => prose(file).filter(isCut).map((line) => `${file}: ${line}`)), [])
})

test('the documents have what the check of the documentation looks for', () => {
  const lines = (file: string, heading: string) => sectionOf(textOf(file), heading).split('\n').filter(Boolean).length
  assert.deepEqual(parts.filter(({ file, heading }) => lines(file, heading) < 2), [])
})

test('what is run in public is what the README says, and the changelog begins with the version that this is', () => {
  const start = blocksOf('README.md').find(({ text }) => text.startsWith('./taskw'))
  const started = start?.text.match(/^\.\/taskw \w+/gm)
  const workflow = z.object({
    jobs: z.object({
      readme: z.object({
        strategy: z.object({ matrix: z.object({ command: z.array(z.string()) }) }),
        steps: z.array(z.object({ run: z.string().optional() })),
      }),
    }),
  })
  const { strategy, steps } = workflow.parse(load(textOf('.github/workflows/ci.yml'))).jobs.readme
  assert.deepEqual(strategy.matrix.command, started)
  assert.ok(steps.some(({ run }) => run === '${{ matrix.command }}'))
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(textOf('package.json')))
  assert.equal(textOf('CHANGELOG.md').match(/^## (.*)$/m)?.[1], version)
})
