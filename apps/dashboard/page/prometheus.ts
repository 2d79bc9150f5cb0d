import * as z from 'zod'

const labels = z.record(z.string(), z.string())
const point = z.tuple([z.number(), z.string()])
const vectorShape = z.object({ data: z.object({ result: z.array(z.object({ metric: labels, value: point })) }) })
const matrixShape = z.object({ data: z.object({ result: z.array(z.object({ metric: labels, values: z.array(point) })) }) })
const valuesShape = z.object({ data: z.array(z.string()) })
const errorShape = z.object({ error: z.string() })

type Labels = z.infer<typeof labels>
/** A series and its newest value. */
export type Sample = { labels: Labels; value: number }
/** A series and its values by time in seconds. */
export type Curve = { labels: Labels; values: Map<number, number> }

async function ask<T>(path: string, parameters: Record<string, string>, shape: z.ZodType<T>): Promise<T> {
  const response = await fetch(`api/v1/${path}?${new URLSearchParams(parameters)}`)
  const body: unknown = await response.json()
  const refused = errorShape.safeParse(body)
  if (!response.ok) throw new Error(refused.success ? refused.data.error : `status ${response.status}`)
  return shape.parse(body)
}

/** The newest value of every series (https://prometheus.io/docs/prometheus/latest/querying/api/). */
export async function instant(query: string): Promise<Sample[]> {
  const { data } = await ask('query', { query }, vectorShape)
  return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }))
}

export type Span = { start: number; end: number; step: number }

/** Values over time; `start`, `end` and `step` in seconds. */
export async function range(query: string, { start, end, step }: Span): Promise<Curve[]> {
  const { data } = await ask('query_range', { query, start: String(start), end: String(end), step: String(step) }, matrixShape)
  return data.result.map(({ metric, values }) => ({ labels: metric, values: new Map(values.map(([time, value]) => [time, Number(value)])) }))
}

/** The values of a label among the series that a selector matches. */
export async function labelValues(label: string, selector: string): Promise<string[]> {
  return (await ask(`label/${label}/values`, { 'match[]': selector }, valuesShape)).data
}
