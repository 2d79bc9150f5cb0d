import { element } from './element.ts'
import { type Choices, interpolate, labelQuery } from './interpolate.ts'
import type { Dashboard, Variable } from '../../../clients/dashboard.ts'
import { labelValues } from './prometheus.ts'

/**
 * A select for each variable of a dashboard. What is chosen in one narrows those after it.
 *
 * @param change is told the choices after each change
 */
export async function variableControls({ templating: { list } }: Dashboard, place: HTMLElement, change: (choices: Choices) => void): Promise<void> {
  const selects = list.map(({ label }) => element('select', { 'aria-label': label }, element('option', { value: '' }, 'All')))
  const choices = (): Choices => new Map(list.flatMap(({ name }, index) => (selects[index]?.value ? [[name, selects[index].value]] : [])))
  const fill = () => Promise.all(list.map((variable, index) => selects[index] && options(variable, list, choices(), selects[index])))
  for (const select of selects)
    select.addEventListener('change', () => {
      void fill().then(() => change(choices()), () => change(choices()))
    })
  place.replaceChildren(...list.map(({ label }, index) => element('label', {}, `${label} `, selects[index] ?? '')))
  // a Prometheus that does not answer is told by the panels
  await fill().catch(() => undefined)
}

async function options(variable: Variable, list: Variable[], choices: Choices, select: HTMLSelectElement): Promise<void> {
  const { selector, label } = labelQuery(variable)
  const values = await labelValues(label, interpolate(selector, list, choices))
  const before = select.value
  select.replaceChildren(element('option', { value: '' }, 'All'), ...values.map((value) => element('option', { value }, value)))
  select.value = values.includes(before) ? before : ''
}
