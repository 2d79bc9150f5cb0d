import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  TimePickerBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { source } from './panels.ts'

/** A choice at the head of a dashboard: the values of a label, all of them at first. */
type Choice = { name: string; label: string; metric: string }

type Board = {
  /** stands in addresses and names the file */
  uid: string
  title: string
  description: string
  choices?: Choice[]
  rows: { title: string; panels: Builder<Panel>[] }[]
}

const tag = 'vygodno'

// without a placement the links stand in sight, not in a menu
const others: Builder<DashboardLink> = { build: () => ({ ...new DashboardLinkBuilder('dashboards').type(DashboardLinkType.Dashboards).tags([tag]).keepTime(true).build(), placement: undefined }) }

/** Puts panels on a page the way all our dashboards look: same times, same links to the others, rows with titles. */
export function board({ uid, title, description, choices = [], rows }: Board): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([tag])
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('10s')
    .timepicker(new TimePickerBuilder().refreshIntervals(['5s', '10s', '30s', '1m', '5m']))
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .link(others)
  for (const choice of choices) builder.withVariable(variable(choice))
  let id = 0
  for (const row of rows) {
    builder.withRow(new RowBuilder(row.title).id(++id))
    for (const panel of row.panels) builder.withPanel(withId(panel, ++id))
  }
  return builder.build()
}

const withId = (panel: Builder<Panel>, id: number): Builder<Panel> => ({ build: () => ({ ...panel.build(), id }) })

function variable({ name, label, metric }: Choice): QueryVariableBuilder {
  return (
    new QueryVariableBuilder(name)
      .label(label)
      .datasource(source)
      .query(`label_values(${metric})`)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc)
      .multi(true)
      .includeAll(true)
      // .* would also match series without the label, such as Kafka's sums over all topics
      .allValue('.+')
      .current({ selected: true, text: 'All', value: '$__all' })
  )
}
