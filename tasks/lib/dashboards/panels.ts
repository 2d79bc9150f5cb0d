import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge'
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import { DashboardLinkBuilder, DashboardLinkType, type DataTransformerConfig, MappingType, ThresholdsConfigBuilder, ThresholdsMode, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries'

/** The data source that provisioning declares (config/grafana/provisioning). */
export const source = { type: 'prometheus', uid: 'prometheus' }

/** The shortest step of a curve, as often as Prometheus asks. A rate spans four of them, and so two looks of what counts, of 30 s each. */
const shortestStep = '15s'

/** A PromQL expression and how its series are called, e.g. `{{instance}}`. */
type Query = [expr: string, legend: string]

/** From which value on what is shown is well, doubtful or bad; the first level has no lower limit. */
type Levels = [first: Level, ...others: [level: Level, from: number][]]
type Level = 'green' | 'orange' | 'red'

/** Units as Grafana names them; the page of `task dashboard` knows these and no others. */
type Unit = 'short' | 'none' | 'percentunit' | 'bytes' | 'Bps' | 'cps' | 'ms' | 's' | 'd'

type Common = {
  title: string
  /** what it tells, and what to do about it */
  about: string
  unit?: Unit
  decimals?: number
  /** of 24 columns */
  width?: number
  height?: number
}

/** The limits that most counts of what is wrong have: none is well, any is bad. */
export const noneIsWell: Levels = ['green', ['red', 1]]

/** Curves over time, with the last and the highest value of each beside its name. */
export function series({ title, about, queries, unit = 'short', decimals, width = 12, height = 9, stacked, max }: Common & { queries: Query[]; stacked?: true; max?: number }) {
  const panel = new TimeSeries()
    .title(title)
    .description(about)
    .datasource(source)
    .span(width)
    .height(height)
    .unit(unit)
    .min(0)
    .targets(queries.map((each, index) => query(each, index).range()))
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(2)
    .fillOpacity(stacked ? 30 : 8)
    .showPoints(VisibilityMode.Never)
    .stacking(new StackingConfigBuilder().mode(stacked ? StackingMode.Normal : StackingMode.None))
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.Table).placement(LegendPlacement.Bottom).showLegend(true).calcs(['lastNotNull', 'max']))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
  if (max !== undefined) panel.max(max)
  return decimals === undefined ? panel : panel.decimals(decimals)
}

type StatOptions = Common & { queries: Query[]; levels?: Levels; texts?: Record<number, string>; noValue?: string; to?: string }

/** One number a series, coloured by its level; `to` is the dashboard that tells more. */
export function stat({ title, about, queries, unit = 'none', decimals, width = 4, height = 4, levels = ['green'], texts = {}, noValue, to }: StatOptions) {
  const panel = new Stat()
    .title(title)
    .description(about)
    .datasource(source)
    .span(width)
    .height(height)
    .unit(unit)
    .targets(queries.map((each, index) => query(each, index).instant()))
    .thresholds(thresholds(levels))
    .mappings(mappings(texts))
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .textMode(queries.some(([, legend]) => legend.includes('{{')) || queries.length > 1 ? BigValueTextMode.ValueAndName : BigValueTextMode.Value)
    .reduceOptions(lastValue())
  if (noValue !== undefined) panel.noValue(noValue)
  if (decimals !== undefined) panel.decimals(decimals)
  return to === undefined ? panel : panel.links([new DashboardLinkBuilder(`more: ${to}`).type(DashboardLinkType.Link).url(`/d/${to}`)])
}

/** One horizontal bar a series, longest possible value `max` (else the largest shown). */
export function bars({ title, about, queries, unit = 'short', decimals, width = 8, height = 9, levels = ['green'], max }: Common & { queries: Query[]; levels?: Levels; max?: number }) {
  const panel = new BarGauge()
    .title(title)
    .description(about)
    .datasource(source)
    .span(width)
    .height(height)
    .unit(unit)
    .min(0)
    .targets(queries.map((each, index) => query(each, index).instant()))
    .thresholds(thresholds(levels))
    .orientation(VizOrientation.Horizontal)
    .reduceOptions(lastValue())
  if (max !== undefined) panel.max(max)
  return decimals === undefined ? panel : panel.decimals(decimals)
}

type TableOptions = Common & { expr: string; columns: Record<string, string>; levels?: Levels; texts?: Record<number, string>; noValue?: string }

/** A row a series: `columns` gives the title of each label, and of `Value`, in order; what it does not name is not shown. */
export function table({ title, about, expr, columns, unit = 'none', decimals, width = 12, height = 9, levels = ['green'], texts = {}, noValue }: TableOptions) {
  const names = Object.keys(columns)
  const chosen: DataTransformerConfig[] = [
    { id: 'filterFieldsByName', options: { include: { names } } },
    { id: 'organize', options: { indexByName: Object.fromEntries(names.map((name, index) => [name, index])), renameByName: columns } },
  ]
  const panel = new Table()
    .title(title)
    .description(about)
    .datasource(source)
    .span(width)
    .height(height)
    .unit(unit)
    .targets([query([expr, '']).instant().format(PromQueryFormat.Table)])
    .transformations(chosen)
    .thresholds(thresholds(levels))
    .mappings(mappings(texts))
  if (noValue !== undefined) panel.noValue(noValue)
  return decimals === undefined ? panel : panel.decimals(decimals)
}

const query = ([expr, legend]: Query, index = 0) => new DataqueryBuilder().refId('ABCDEF'.charAt(index)).datasource(source).expr(expr).legendFormat(legend).interval(shortestStep)
const lastValue = () => new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false)

function thresholds([first, ...others]: Levels): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([{ color: first, value: null }, ...others.map(([color, value]) => ({ color, value }))])
}

function mappings(texts: Record<number, string>): ValueMapping[] {
  const options = Object.fromEntries(Object.entries(texts).map(([value, text], index) => [value, { text, index }]))
  return Object.keys(options).length > 0 ? [{ type: MappingType.ValueToText, options }] : []
}
