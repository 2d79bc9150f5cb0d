import { element } from './element.ts'
import { display, judgements } from './format.ts'
import { legend } from './interpolate.ts'
import type { Panel, PanelOf } from '../../../clients/dashboard.ts'
import type { Sample } from './prometheus.ts'

/** What a panel's queries have brought, query by query. */
type Samples = Sample[][]

function named({ targets }: Panel, samples: Samples): { name: string; value: number }[] {
  return targets.flatMap(({ legendFormat }, index) => (samples[index] ?? []).map(({ labels, value }) => ({ name: legend(legendFormat, labels), value })))
}

/** A value in its colour, and in sign and word for who can't tell colours. */
function judged(value: number, panel: Panel): HTMLElement {
  const { text, level } = display(value, panel.fieldConfig.defaults)
  if (!level) return element('span', { class: 'value' }, text)
  const { sign, word } = judgements[level]
  return element('span', { class: `value ${level}` }, text, element('span', { class: 'sign', 'aria-hidden': 'true' }, sign), element('span', { class: 'unseen' }, ` (${word})`))
}

/** Large numbers, one a series. */
export function drawStat(panel: PanelOf<'stat'>, samples: Samples): Node[] {
  const rows = named(panel, samples)
  const withNames = panel.options.textMode === 'value_and_name'
  return [element('div', { class: 'stats' }, ...rows.map(({ name, value }) => element('div', { class: 'number' }, judged(value, panel), ...(withNames ? [element('span', { class: 'name' }, name)] : []))))]
}

/** Bars, the longest first. */
export function drawBars(panel: PanelOf<'bargauge'>, samples: Samples): Node[] {
  const rows = named(panel, samples).toSorted((a, b) => b.value - a.value)
  const longest = panel.fieldConfig.defaults.max ?? Math.max(...rows.map(({ value }) => value))
  return [
    element('table', { class: 'bars' },
      ...rows.map(({ name, value }) => {
        const bar = element('span', { class: `bar ${display(value, panel.fieldConfig.defaults).level ?? ''}` })
        bar.style.width = `${longest > 0 ? Math.min(100, (100 * value) / longest) : 0}%`
        return element('tr', {}, element('th', { scope: 'row' }, name), element('td', { class: 'track' }, bar), element('td', { class: 'figure' }, judged(value, panel)))
      })),
  ]
}

/** A row a series; the transformation says which labels are columns, in which order and under which name. */
export function drawTable(panel: PanelOf<'table'>, samples: Samples): Node[] {
  const { indexByName, renameByName } = panel.transformations[1].options
  const columns = Object.keys(indexByName).toSorted((a, b) => (indexByName[a] ?? 0) - (indexByName[b] ?? 0))
  const head = element('tr', {}, ...columns.map((name) => element('th', { scope: 'col' }, renameByName[name] ?? name)))
  const rows = samples.flat().map(({ labels, value }) => columns.map((name) => (name === 'Value' ? judged(value, panel) : (labels[name] ?? ''))))
  const sorted = rows.toSorted((a, b) => a.map(textOf).join('\0').localeCompare(b.map(textOf).join('\0')))
  return [element('table', { class: 'rows' }, element('thead', {}, head), element('tbody', {}, ...sorted.map((cells) => element('tr', {}, ...cells.map((cell) => element('td', {}, cell))))))]
}

const textOf = (cell: Node | string) => (typeof cell === 'string' ? cell : '')
