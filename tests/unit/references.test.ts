import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { anchorsOf, documents, linesOf, root, textOf } from './documents.ts'

/** What is wrong with a place that is named as `path`, `path#anchor` or, within the document itself, `#anchor`. */
function fault(place: string): string | undefined {
  const [file = '', anchor] = place.split('#')
  if (!existsSync(join(root, file))) return `${place}: there is no ${file}`
  return anchor === undefined || anchorsOf(file).includes(anchor) ? undefined : `${place}: ${file} has no such heading`
}

test('every link of a document leads to a file and a heading that exist', () => {
  const links = documents.flatMap((file) =>
    [...linesOf(file).join('\n').matchAll(/\]\(([^)]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^https?:/.test(target))
      .map((target) => (target.startsWith('#') ? file + target : normalize(join(dirname(file), target))))
      .map((place) => ({ file, place })),
  )
  assert.ok(links.length > 60, `${links.length} links`)
  assert.deepEqual(links.flatMap(({ file, place }) => (fault(place) ? [`${file}: ${fault(place)}`] : [])), [])
})

/** A document as a text names it, with a heading or without. */
const document = /(?<![\w/.])(?:docs\/[\w.-]+\.(?:md|png)|README(?:\.ru)?\.md|README|CONTRIBUTING\.md)(?:#[\w-]+)?/g

test('a program, a test or a declaration that names a document names a file and a heading that exist', () => {
  const sources = ['tasks', 'apps', 'clients', 'config', 'compose', 'tests'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|java|sql|ya?ml|xml|json|properties|ini)$/.test(name) && !name.includes('target/'))
      .map((name) => join(folder, name)),
  )
  const named = sources
    .filter((file) => !/^tests\/unit\/(documentation|documents|references|translation)\./.test(file))
    .flatMap((file) => [...textOf(file).matchAll(document)].map(([place]) => ({ file, place })))
  assert.ok(named.length > 12, `${named.length} places`)
  assert.deepEqual(named.flatMap(({ file, place }) => (fault(place) ? [`${file}: ${fault(place)}`] : [])), [])
})

test('every document is shown where the README says where to go next', () => {
  const shown = [...textOf('README.md').matchAll(/\]\((docs\/[\w-]+\.md)[)#]/g)].map(([, file]) => file)
  assert.deepEqual(documents.filter((file) => file.startsWith('docs/') && !shown.includes(file)), [])
})
