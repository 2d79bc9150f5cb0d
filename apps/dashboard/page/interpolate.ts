import type { Variable } from '../../../clients/dashboard.ts'

/** Chosen values by variable; a variable that is not in it stands for all its values. */
export type Choices = ReadonlyMap<string, string>

const escaped = (value: string) => value.replace(/[\\^$*+?.()|{}[\]]/g, '\\\\$&')

/**
 * Fills in variables as Grafana does for Prometheus
 * (https://grafana.com/docs/grafana/latest/dashboards/variables/ and …/datasources/prometheus/template-variables/).
 *
 * @param stepSeconds distance of two points
 * @param shortestStepSeconds the query's own `interval`: how often there is a new value at the most
 */
export function interpolate(expr: string, variables: Variable[], choices: Choices, stepSeconds = 15, shortestStepSeconds = 15): string {
  const rate = Math.max(stepSeconds + shortestStepSeconds, 4 * shortestStepSeconds)
  return expr.replace(/\$(\w+)/g, (whole, name: string) => {
    if (name === '__rate_interval') return `${rate}s`
    const variable = variables.find((each) => each.name === name)
    if (!variable) return whole
    const choice = choices.get(name)
    return choice === undefined ? variable.allValue : escaped(choice)
  })
}

/** Takes `label_values(selector, label)` apart. */
export function labelQuery({ name, query }: Variable): { selector: string; label: string } {
  const [, selector, label] = /^label_values\((.+), ?(\w+)\)$/.exec(query) ?? []
  if (selector === undefined || label === undefined) throw new Error(`variable ${name}: expected label_values(selector, label), got ${query}`)
  return { selector, label }
}

/** The name of a series: its labels put into `legendFormat`. */
export function legend(format: string, labels: Record<string, string>): string {
  return format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => labels[name] ?? '')
}

const secondsOf = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** Seconds of a duration such as `10s`, `1h`, `now-1h`. */
export function durationSeconds(text: string): number {
  const [, count, unit] = /(\d+)([smhd])$/.exec(text) ?? []
  if (!count || !unit) throw new Error(`expected a duration such as 10s or 1h, got ${text}`)
  return Number(count) * secondsOf[unit as keyof typeof secondsOf]
}
