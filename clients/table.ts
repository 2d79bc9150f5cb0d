import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'

/** How a table is drawn on a terminal. */
export type Look = {
  /** columns of the terminal */
  width: number
  /** draws a title */
  title: (text: string) => string
  /** draws the line under the titles */
  rule: (text: string) => string
  /** indexes of the columns that stand at the right, as numbers do */
  right?: number[]
}

const gap = '  '

/** A word of a script that is written without blanks: a line may end between any two of its signs. */
const unspaced = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{P}]+$/u
const leastUnspaced = 8

const widest = (widths: number[]) => Math.max(0, ...widths)
const natural = (text: string) => widest(text.split('\n').map((line) => stringWidth(line)))
/** The columns below which a text can't be shown without breaking a word inside. */
const least = (text: string) => widest(text.split(/[ \n]/).map(unbroken))
const unbroken = (word: string) => Math.min(stringWidth(word), unspaced.test(stripVTControlCharacters(word)) ? leastUnspaced : Infinity)

/** The lines of a text, none wider than `width` columns, but for a word that is: it is left whole. */
function wrapped(text: string, width: number): string[] {
  return natural(text) <= width ? text.split('\n') : wrapAnsi(text, width, { hard: least(text) <= width }).split('\n')
}

/**
 * Rows as a table that fits the terminal. Width is what is seen: colour codes have none, wide characters and emoji two
 * columns. Lines end between words. What can't be shown so in columns becomes one block of `name: value` lines a row.
 *
 * @param head titles, plain
 * @param rows plain cells, or such as are coloured by escape sequences
 */
export function layOut(head: string[], rows: string[][], look: Look): string {
  const untabbed = (row: string[]) => row.map((cell) => cell.replaceAll('\t', ' '))
  const [titles, cells] = [untabbed(head), rows.map(untabbed)]
  const widths = columnWidths([titles, ...cells], look.width)
  return widths ? inColumns(titles, cells, widths, look) : inBlocks(titles, cells, look)
}

/**
 * Widths of a table's columns: what the longest cell needs, while all of it fits; else the widest columns
 * give up what is too much, down to their longest word.
 *
 * @param available columns of the terminal
 * @returns nothing when not even the longest words fit
 */
export function columnWidths(rows: string[][], available: number): number[] | undefined {
  const columns = rows[0]?.map((_, index) => rows.map((row) => row[index] ?? '')) ?? []
  const widths = columns.map((column) => widest(column.map(natural)))
  const words = columns.map((column) => widest(column.map(least)))
  const taken = (columns.length - 1) * gap.length
  for (let excess = widths.reduce((sum, width) => sum + width, taken) - available; excess > 0; excess--) {
    const giving = widths.map((width, index) => (width > (words[index] ?? 0) ? width : 0))
    const most = widest(giving)
    if (most === 0) return undefined
    widths[giving.indexOf(most)] = most - 1
  }
  return widths
}

function inColumns(head: string[], rows: string[][], widths: number[], { title, rule, right = [] }: Look): string {
  const drawn = (row: string[], ink = (text: string) => text) => {
    const cells = widths.map((width, index) => wrapped(row[index] ?? '', width))
    return Array.from({ length: widest(cells.map(({ length }) => length)) }, (_, at) => {
      const parts = cells.map((texts, index) => {
        const text = texts[at] ?? ''
        const blank = ' '.repeat(Math.max(0, (widths[index] ?? 0) - stringWidth(text)))
        return right.includes(index) ? `${blank}${ink(text)}` : `${ink(text)}${blank}`
      })
      return parts.join(gap).trimEnd()
    })
  }
  const line = rule(widths.map((width) => '─'.repeat(width)).join(gap))
  return [...drawn(head, title), line, ...rows.flatMap((row) => drawn(row))].join('\n')
}

function inBlocks(head: string[], rows: string[][], { width, title }: Look): string {
  const indent = Math.min(widest(head.map(natural)) + gap.length, Math.floor(width / 3))
  const block = (row: string[]) =>
    row.flatMap((cell, index) => {
      if (cell === '') return []
      const name = head[index] ?? ''
      const lead = name === '' ? '' : `${title(`${name}:`)} `
      const lines = wrapped(cell, width - indent)
      const isBeside = stringWidth(lead) <= indent
      const blank = ' '.repeat(Math.max(0, indent - stringWidth(lead)))
      const rest = lines.slice(isBeside ? 1 : 0).map((line) => `${' '.repeat(indent)}${line}`)
      return [isBeside ? `${lead}${blank}${lines[0] ?? ''}` : lead.trimEnd(), ...rest]
    })
  return rows.map((row) => block(row).join('\n')).join('\n\n')
}
