import * as z from 'zod'
import { type Card, card, type View } from './card.ts'
import { variableControls } from './controls.ts'
import { element } from './element.ts'
import { durationSeconds } from './interpolate.ts'
import { type Dashboard, dashboardShape } from '../../../clients/dashboard.ts'

// zod would try to compile its checks, which the page's policy forbids
z.config({ jitless: true })

const byId = (id: string) => {
  const found = document.getElementById(id)
  if (!found) throw new Error(`#${id} is missing from index.html`)
  return found
}
const timeRange = byId('range') as HTMLSelectElement

const dashboards = z.array(dashboardShape).parse(await (await fetch('dashboards.json')).json())
let cards: Card[] = []
let view: View = { seconds: 3_600, choices: new Map() }
let timer: ReturnType<typeof setTimeout> | undefined

/** Asks for everything that is shown, then again after the dashboard's own interval; a hidden page asks nothing until it is seen. */
async function refresh({ refresh: interval }: Dashboard): Promise<void> {
  clearTimeout(timer)
  if (document.hidden) return
  const shown = cards
  const outcomes = await Promise.allSettled(shown.map((each) => each.refresh(view)))
  if (shown !== cards) return
  const problems = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason instanceof Error ? outcome.reason.message : String(outcome.reason)] : []))
  byId('problem').textContent = problems.length > 0 ? `${problems.length} of ${shown.length} panels failed: ${problems[0]}. Next: task status; task logs -- prometheus` : ''
  byId('time').textContent = `as of ${new Date().toLocaleTimeString('ru-RU')}`
  clearTimeout(timer)
  timer = setTimeout(() => void refresh(current()), durationSeconds(interval) * 1000)
}

function current(): Dashboard {
  const [home] = dashboards
  if (!home) throw new Error('there is no dashboard')
  return dashboards.find(({ uid }) => uid === location.hash.slice(1)) ?? home
}

/** Builds the page of the dashboard that the address names. */
async function open(): Promise<void> {
  const dashboard = current()
  document.title = `${dashboard.title} · Vygodno`
  byId('title').textContent = dashboard.title
  byId('description').textContent = dashboard.description
  byId('dashboards').replaceChildren(
    ...dashboards.map(({ uid, title }) => element('li', {}, element('a', { href: `#${uid}`, ...(uid === dashboard.uid ? { 'aria-current': 'page' } : {}) }, title))),
  )
  view = { seconds: durationSeconds(timeRange.value), choices: new Map() }
  cards = []
  const grid = dashboard.panels.map((panel) => {
    if (panel.type !== 'row') {
      const made = card(dashboard, panel)
      cards.push(made)
      return made.section
    }
    const heading = element('h2', { class: 'row' }, panel.title)
    heading.style.setProperty('--y', String(panel.gridPos.y + 1))
    return heading
  })
  byId('panels').replaceChildren(...grid)
  const change = (choices: View['choices']) => {
    view = { ...view, choices }
    void refresh(dashboard)
  }
  await Promise.all([variableControls(dashboard, byId('variables'), change), refresh(dashboard)])
}

timeRange.addEventListener('change', () => {
  view = { ...view, seconds: durationSeconds(timeRange.value) }
  void refresh(current())
})
addEventListener('hashchange', () => void open())
document.addEventListener('visibilitychange', () => void refresh(current()))
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => void refresh(current()))
addEventListener('resize', () => cards.forEach((each) => each.resize()))

await open()
