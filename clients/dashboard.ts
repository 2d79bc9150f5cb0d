// imported so, the bundle for the browser leaves out what is not used
import * as z from 'zod'

/**
 * Of Grafana's dashboard JSON, what the page of `task dashboard` draws. `task plan` refuses a dashboard that it does not fit:
 * https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
 */

const targetShape = z.object({ expr: z.string(), legendFormat: z.string(), interval: z.string().regex(/^\d+s$/) })

const units = ['short', 'none', 'percentunit', 'bytes', 'Bps', 'cps', 'ms', 's', 'd'] as const

const defaultsShape = z.object({
  unit: z.enum(units),
  decimals: z.number().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  noValue: z.string().optional(),
  thresholds: z.object({ steps: z.array(z.object({ color: z.enum(['green', 'orange', 'red']), value: z.number().nullable() })) }).optional(),
  mappings: z.array(z.object({ type: z.literal('value'), options: z.record(z.string(), z.object({ text: z.string() })) })).optional(),
  custom: z.object({ stacking: z.object({ mode: z.enum(['none', 'normal']) }).optional() }).optional(),
})
export type Defaults = z.infer<typeof defaultsShape>

const common = {
  id: z.int(),
  title: z.string(),
  description: z.string(),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  fieldConfig: z.object({ defaults: defaultsShape, overrides: z.array(z.never()).optional() }),
  targets: z.array(targetShape).min(1),
  links: z.array(z.object({ title: z.string(), url: z.string().startsWith('/d/') })).optional(),
}
const organiseShape = z.object({ indexByName: z.record(z.string(), z.int()), renameByName: z.record(z.string(), z.string()) })
const panelShape = z.discriminatedUnion('type', [
  z.object({ type: z.literal('timeseries'), ...common }),
  z.object({ type: z.literal('stat'), options: z.object({ textMode: z.enum(['value', 'value_and_name']) }), ...common }),
  z.object({ type: z.literal('bargauge'), ...common }),
  z.object({
    type: z.literal('table'),
    transformations: z.tuple([z.object({ id: z.literal('filterFieldsByName') }), z.object({ id: z.literal('organize'), options: organiseShape })]),
    ...common,
  }),
])
export type Panel = z.infer<typeof panelShape>
export type PanelOf<T extends Panel['type']> = Extract<Panel, { type: T }>

const rowShape = z.object({ type: z.literal('row'), id: z.int(), title: z.string(), gridPos: common.gridPos })

const variableShape = z.object({ type: z.literal('query'), name: z.string(), label: z.string(), query: z.string().startsWith('label_values('), includeAll: z.literal(true), allValue: z.string() })
export type Variable = z.infer<typeof variableShape>

/** One dashboard, as config/grafana/dashboards holds it. */
export const dashboardShape = z.object({
  uid: z.string(),
  title: z.string(),
  description: z.string(),
  refresh: z.string().regex(/^\d+s$/),
  time: z.object({ from: z.string().regex(/^now-\d+[mhd]$/), to: z.literal('now') }),
  templating: z.object({ list: z.array(variableShape).prefault([]) }),
  panels: z.array(z.discriminatedUnion('type', [rowShape, ...panelShape.options])),
})
export type Dashboard = z.infer<typeof dashboardShape>

/** Panels without the rows between them. */
export function panelsOf({ panels }: Dashboard): Panel[] {
  return panels.filter((panel) => panel.type !== 'row')
}
