import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'

const { root } = loadEnvironment({})
const sources = ['clients', 'apps', 'tasks'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => join(folder, name)),
)

/** What a file imports: project files relative to the root, packages by name. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => (name.startsWith('.') ? relative(root, join(root, dirname(file), name)) : name))
}

const area = (file: string) => {
  const [first = '', second = ''] = file.split('/')
  return first === 'apps' ? `apps/${second}` : first === 'tasks' && (second === 'lib') ? 'tasks/lib' : first
}

test('dependencies point one way: tasks → tasks/lib → clients ← apps', () => {
  const allowed: Record<string, string[]> = { clients: ['clients'], 'tasks/lib': ['tasks/lib', 'clients'], tasks: ['tasks/lib', 'clients'] }
  const wrong = sources.flatMap((file) =>
    importsOf(file)
      .filter((other) => other.endsWith('.ts'))
      .filter((other) => !(allowed[area(file)] ?? [area(file), 'clients']).includes(area(other)))
      .map((other) => `${file} imports ${other}`),
  )
  assert.deepEqual(wrong, [])
  assert.ok(sources.length > 30)
})

test('each external client is imported by one module', () => {
  const owners = { kafkajs: 'clients/kafka.ts', pg: 'clients/postgres.ts', 'node:https': 'clients/https.ts', 'wrap-ansi': 'clients/table.ts' }
  for (const [library, owner] of Object.entries(owners)) assert.deepEqual(sources.filter((file) => importsOf(file).includes(library)), [owner], library)
})

test('whoever starts a program says with which environment: a clean one, all that was given, or what is left of it', () => {
  const starting = /(?<![.\w])(?:spawn|execFile|execFileSync)\((?!\))|\$(?:\(\{|`(?=[a-z$]))/
  const silent = sources.flatMap((file) => {
    if (!importsOf(file).some((name) => name === 'node:child_process' || name === 'zx')) return []
    return readFileSync(join(root, file), 'utf8').split('\n').map((line, index, all) => ({ line, text: all.slice(index, index + 4).join(' '), at: `${file}:${index + 1}` })).filter(({ line, text }) => starting.test(line) && !line.startsWith('import') && !/\benv: (?!Environment)/.test(text)).map(({ at }) => at)
  })
  // a wrapper of a version manager is found by whatever its manager has set
  assert.deepEqual(silent.filter((at) => !at.startsWith('tasks/lib/jdk.ts')), [])
})

test('files stay small', () => {
  assert.deepEqual(sources.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 250), [])
})
