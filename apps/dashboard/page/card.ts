import type uPlot from 'uplot'
import { align, drawCurves } from './curves.ts'
import { element } from './element.ts'
import { type Choices, durationSeconds, interpolate } from './interpolate.ts'
import type { Dashboard, Panel } from '../../../clients/dashboard.ts'
import { drawBars, drawStat, drawTable } from './numbers.ts'
import { instant, range, type Span } from './prometheus.ts'

/** What is looked at: how many seconds back, and which values of the variables. */
export type View = { seconds: number; choices: Choices }

/** A panel on the page; `data-state` says what has become of it: loading, drawn, empty, failed. */
export type Card = { section: HTMLElement; refresh: (view: View) => Promise<void>; resize: () => void }

const pointsAtMost = 300

/** A panel's frame: title, what it is about, a link to more, and the body that `refresh` fills. */
export function card(dashboard: Dashboard, panel: Panel): Card {
  const body = element('div', { class: 'body' })
  const heading = element('h3', { id: `panel-${panel.id}` }, panel.title)
  const about = element('div', { id: `about-${panel.id}`, popover: 'auto', class: 'about' }, panel.description)
  const question = element('button', { type: 'button', popovertarget: `about-${panel.id}`, 'aria-label': `About: ${panel.title}` }, '?')
  const links = (panel.links ?? []).map(({ url, title }) => element('a', { href: url.replace('/d/', '#'), 'aria-label': title, class: 'more' }, '→'))
  const section = element('section', { class: `card ${panel.type}`, 'aria-labelledby': heading.id, 'data-state': 'loading' }, element('header', {}, heading, question, ...links), about, body)
  const { x, y, w, h } = panel.gridPos
  for (const [name, value] of Object.entries({ x: x + 1, y: y + 1, w, h })) section.style.setProperty(`--${name}`, String(value))
  let chart: uPlot | undefined
  let newest = 0

  const refresh = async (view: View) => {
    const turn = ++newest
    try {
      const draw = await load(dashboard, panel, view)
      // what was asked for before must not overwrite what was asked for later
      if (turn !== newest) return
      chart?.destroy()
      chart = undefined
      const drawn = draw(body)
      chart = drawn === 'empty' ? undefined : drawn
      if (drawn === 'empty') body.replaceChildren(element('p', { class: 'empty' }, panel.fieldConfig.defaults.noValue ?? 'no data'))
      section.dataset.state = drawn === 'empty' ? 'empty' : 'drawn'
    } catch (error) {
      if (turn !== newest) return
      body.replaceChildren(element('p', { class: 'failed' }, error instanceof Error ? error.message : String(error)))
      section.dataset.state = 'failed'
      throw error
    }
  }
  const resize = () => {
    const plot = body.querySelector<HTMLElement>('.plot')
    if (chart && plot) chart.setSize({ width: plot.clientWidth, height: plot.clientHeight })
  }
  return { section, refresh, resize }
}

type Draw = (body: HTMLElement) => uPlot | undefined | 'empty'

async function load(dashboard: Dashboard, panel: Panel, { seconds, choices }: View): Promise<Draw> {
  const { list } = dashboard.templating
  if (panel.type === 'timeseries') {
    const shortest = Math.min(...panel.targets.map(({ interval }) => durationSeconds(interval)))
    const step = Math.max(shortest, Math.ceil(seconds / pointsAtMost))
    const end = Math.floor(Date.now() / 1000 / step) * step
    const span: Span = { start: end - Math.floor(seconds / step) * step, end, step }
    const results = await Promise.all(panel.targets.map(({ expr, interval }) => range(interpolate(expr, list, choices, step, durationSeconds(interval)), span)))
    const { times, lines } = align(panel, results, span)
    return (body) => (lines.length === 0 ? 'empty' : drawCurves(panel, body, times, lines))
  }
  const samples = await Promise.all(panel.targets.map(({ expr, interval }) => instant(interpolate(expr, list, choices, durationSeconds(interval), durationSeconds(interval)))))
  return (body) => {
    if (samples.every((each) => each.length === 0)) return 'empty'
    body.replaceChildren(...(panel.type === 'stat' ? drawStat(panel, samples) : panel.type === 'bargauge' ? drawBars(panel, samples) : drawTable(panel, samples)))
  }
}
