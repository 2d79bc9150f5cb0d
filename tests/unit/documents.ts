import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadEnvironment } from '../../clients/environment.ts'

export const { root } = loadEnvironment({})

/** The texts that people read, relative to the root. */
export const documents: string[] = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md')).map((name) => join('docs', name)),
]

export const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')

/** The lines of a document outside blocks of code. */
export function linesOf(file: string): string[] {
  return textOf(file).split(/^```.*$/m).filter((_, index) => index % 2 === 0).join('\n').split('\n')
}

/** The blocks of code of a document, each with its kind, such as `mermaid`. */
export function blocksOf(file: string): { kind: string; text: string }[] {
  return [...textOf(file).matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(([, kind = '', text = '']) => ({ kind, text }))
}

/** What stands in spans of code, in order. */
export const spansOf = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)

/** The tables of a document: rows of cells, the heading first, the line below it left out. */
export function tablesOf(file: string): string[][][] {
  const tables: string[][][] = []
  let inside = false
  for (const line of linesOf(file)) {
    const isRow = line.startsWith('|')
    if (isRow && !inside) tables.push([])
    const cells = line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim())
    if (isRow && !/^[| -]+$/.test(line)) tables.at(-1)?.push(cells)
    inside = isRow
  }
  return tables
}

/** The anchors of a document: its headings as GitHub writes them. */
export function anchorsOf(file: string): string[] {
  return linesOf(file)
    .filter((line) => /^#+ /.test(line))
    .map((line) => line.replace(/^#+ /, '').toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-'))
}
