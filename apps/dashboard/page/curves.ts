import uPlot from 'uplot'
import { element } from './element.ts'
import { format } from './format.ts'
import { legend } from './interpolate.ts'
import type { PanelOf } from '../../../clients/dashboard.ts'
import type { Curve, Span } from './prometheus.ts'

type Line = { name: string; values: (number | null)[] }

const colours = 8
const powersOfTwo = Array.from({ length: 50 }, (_, index) => 2 ** index)
const style = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const colour = (index: number) => style(`--curve-${(index % colours) + 1}`)

/** The points of all series at the same times; a gap is null. */
export function align(panel: PanelOf<'timeseries'>, results: Curve[][], { start, end, step }: Span): { times: number[]; lines: Line[] } {
  const times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step)
  const lines = panel.targets.flatMap(({ legendFormat }, index) =>
    (results[index] ?? []).map(({ labels, values }) => ({ name: legend(legendFormat, labels), values: times.map((time) => finite(values.get(time))) })),
  )
  return { times, lines }
}

const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null)

/** Draws a panel into `body` by uPlot, with a table of names and values below, which says the same in text. */
export function drawCurves(panel: PanelOf<'timeseries'>, body: HTMLElement, times: number[], lines: Line[]): uPlot {
  const { unit, decimals, min, max, custom } = panel.fieldConfig.defaults
  const stacked = custom?.stacking?.mode === 'normal'
  const text = (value: number | null | undefined) => (value === null || value === undefined ? '–' : format(value, unit, decimals))
  const { table, show } = legendTable(lines, text)
  const plot = element('div', { class: 'plot', role: 'img', 'aria-label': `${panel.title}: ${lines.length} curves; the table below has their last and highest values` })
  body.replaceChildren(plot, element('div', { class: 'legend', tabindex: '0', role: 'group', 'aria-label': `values of ${panel.title}` }, table))
  const axis = { stroke: style('--quiet'), grid: { stroke: style('--grid'), width: 1 }, ticks: { stroke: style('--grid'), width: 1, size: 4 }, font: `11px ${style('--font')}` }
  // steps that are round in tens are not round as people read bytes: 954 MiB
  const steps = unit === 'bytes' ? { incrs: powersOfTwo } : {}
  const top = stacked ? sums(lines) : lines.map(({ values }) => values)
  const options: uPlot.Options = {
    width: Math.max(plot.clientWidth, 120),
    height: Math.max(plot.clientHeight, 80),
    legend: { show: false },
    cursor: { drag: { setScale: false }, points: { size: 6 }, sync: { key: 'page' } },
    scales: { y: { range: (_, low, high) => uPlot.rangeNum(min ?? low ?? 0, max ?? (high > 0 ? high : 1), { min: { pad: 0, soft: min ?? 0, mode: 1 }, max: { pad: max === undefined ? 0.1 : 0, mode: 0 } }) } },
    axes: [
      { ...axis, size: 28, space: 70, values: (_, ticks) => ticks.map((tick) => timeText(tick, times)) },
      { ...axis, ...steps, size: (_, labels) => Math.max(36, ...(labels ?? []).map((label) => 12 + 6.5 * label.length)), space: 28, values: (_, ticks) => ticks.map(text) },
    ],
    series: [{}, ...lines.map((_, index) => ({ stroke: colour(index), width: 1.75, fill: `${colour(index)}${stacked ? '55' : '14'}`, points: { show: false } }))],
    ...(stacked ? { bands: lines.slice(1).map((_, index) => ({ series: [index + 2, index + 1] as [number, number] })) } : {}),
    hooks: { setCursor: [({ cursor: { idx } }) => show(idx ?? undefined)] },
  }
  return new uPlot(options, [times, ...top], plot)
}

/** Each series lies upon those before it. */
function sums(lines: Line[]): (number | null)[][] {
  const below: number[] = []
  return lines.map(({ values }) => values.map((value, index) => (value === null ? null : (below[index] = (below[index] ?? 0) + value))))
}

function timeText(seconds: number, times: number[]): string {
  const long = (times.at(-1) ?? 0) - (times[0] ?? 0) > 86_400
  const date = new Date(seconds * 1000)
  return date.toLocaleString('ru-RU', long ? { day: '2-digit', month: '2-digit', hour: '2-digit' } : { hour: '2-digit', minute: '2-digit' })
}

/** Names with last and highest value; under the pointer, the value there instead of the last. */
function legendTable(lines: Line[], text: (value: number | null | undefined) => string): { table: HTMLElement; show: (index?: number) => void } {
  const cells = lines.map(() => element('td', {}))
  const head = element('th', { scope: 'col' }, 'last')
  const rows = lines.map(({ name, values }, index) => {
    const swatch = element('span', { class: 'swatch' })
    swatch.style.background = colour(index)
    const highest = values.reduce<number | null>((most, value) => (value !== null && (most === null || value > most) ? value : most), null)
    return element('tr', {}, element('th', { scope: 'row' }, swatch, name), cells[index] ?? '', element('td', {}, text(highest)))
  })
  const show = (at?: number) => {
    head.textContent = at === undefined ? 'last' : 'here'
    lines.forEach(({ values }, index) => cells[index]?.replaceChildren(text(at === undefined ? values.findLast((value) => value !== null) : values[at])))
  }
  show()
  const top = element('tr', {}, element('th', { scope: 'col' }, element('span', { class: 'unseen' }, 'series')), head, element('th', { scope: 'col' }, 'highest'))
  return { table: element('table', {}, element('thead', {}, top), element('tbody', {}, ...rows)), show }
}
