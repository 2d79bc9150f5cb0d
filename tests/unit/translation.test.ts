import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blocksOf, linesOf, spansOf, tablesOf } from './documents.ts'

const english = 'README.md'
const russian = 'README.ru.md'
const linksOf = (text: string) => [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target)
const numbersOf = (text: string) => text.match(/\d+(?:\.\d+)*/g) ?? []
const withoutLinks = (text: string) => text.replace(/\]\([^)]+\)/g, ']')

/** What a section says whatever its language. The order within it is that of a language's words. */
function factsOf(section: string) {
  const links = linksOf(section).filter((target) => !target.startsWith('README'))
  return { code: spansOf(section).sort(), links: links.sort(), numbers: numbersOf(withoutLinks(section)).sort() }
}

/** A picture without its words: how it is drawn, the topics, commands and names of programs. */
const drawn = (text: string) => [
  text.replace(/"[^"]*"/g, '""'),
  text.match(/\b[a-z]+(?:\.[a-z]+)+|\btask \w+|\b[A-Z]\w+/g),
]

/** Commands and what they print, without comments and the lines that only say what is left out. */
const typed = (text: string) =>
  text.split('\n').map((line) => line.replace(/(^|\s)# .*$/, '').trimEnd()).filter((line) => !line.startsWith('  … '))

/** The map of the folders: which there are. */
const folders = (text: string) => text.match(/^[\w/.]+|(?<= )[a-z]+\/(?= )/gm)

test('both READMEs have the same sections with the same commands, places and figures', () => {
  const sections = (file: string) => linesOf(file).join('\n').split('\n## ').map(factsOf)
  assert.ok(sections(english).length > 6)
  assert.deepEqual(sections(russian), sections(english))
})

test('both READMEs have the same tables', () => {
  const tables = (file: string) =>
    tablesOf(file).map((rows) => rows.map((cells) => cells.map((cell) => [...spansOf(cell), ...linksOf(cell)])))
  assert.equal(tables(english).length, 2)
  assert.deepEqual(tables(russian), tables(english))
})

test('both READMEs have the same picture, commands with the same output, and map', () => {
  const reading = (kind: string, text: string) =>
    kind === 'mermaid' ? drawn : text.startsWith('Taskfile.yml ') ? folders : typed
  const blocks = (file: string) => blocksOf(file).map(({ kind, text }) => reading(kind, text)(text))
  assert.equal(blocks(english).length, 4)
  assert.deepEqual(blocks(russian), blocks(english))
})
