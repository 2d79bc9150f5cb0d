import type { Defaults } from '../../../clients/dashboard.ts'

type Unit = Defaults['unit']

/** Divisors and their signs, largest first. */
const scales: Partial<Record<Unit, [from: number, sign: string][]>> = {
  short: [[1e9, ' B'], [1e6, ' M'], [1e3, ' K'], [1, '']],
  none: [[1, '']],
  cps: [[1e6, ' M/s'], [1e3, ' K/s'], [1, '/s']],
  bytes: [[1024 ** 3, ' GiB'], [1024 ** 2, ' MiB'], [1024, ' KiB'], [1, ' B']],
  Bps: [[1e9, ' GB/s'], [1e6, ' MB/s'], [1e3, ' kB/s'], [1, ' B/s']],
  s: [[86_400, ' days'], [3_600, ' h'], [60, ' min'], [1, ' s'], [1e-3, ' ms'], [1e-6, ' µs']],
  ms: [[60_000, ' min'], [1_000, ' s'], [1, ' ms']],
  d: [[1, ' days']],
}

/**
 * A value as people read it, in a unit that Grafana knows by this name.
 *
 * @param decimals digits after the point; by default three digits in all
 */
export function format(value: number, unit: Unit, decimals?: number): string {
  if (!Number.isFinite(value)) return '–'
  if (unit === 'percentunit') return `${rounded(value * 100, decimals)} %`
  const steps = scales[unit] ?? []
  const [divisor, sign] = steps.find(([from]) => Math.abs(value) >= from) ?? (value === 0 || unit !== 's' ? steps.find(([from]) => from === 1) : steps.at(-1)) ?? [1, '']
  return `${rounded(value / divisor, decimals)}${sign}`
}

function rounded(value: number, decimals?: number): string {
  const digits = decimals ?? (Number.isInteger(value) ? 0 : Math.max(0, Math.min(3, 2 - Math.floor(Math.log10(Math.abs(value))))))
  const text = value.toFixed(digits)
  return decimals === undefined && digits > 0 ? text.replace(/\.?0+$/, '') : text
}

type Level = 'green' | 'orange' | 'red'

/** In words and signs what the colour says; a panel with one level only judges nothing. */
export const judgements: Record<Level, { sign: string; word: string }> = {
  green: { sign: '✓', word: 'well' },
  orange: { sign: '!', word: 'doubtful' },
  red: { sign: '✗', word: 'bad' },
}

/** A value with the text it is shown as and the level it reaches; no level when its panel judges nothing. */
export function display(value: number, { unit, decimals, thresholds, mappings }: Defaults): { text: string; level?: Level } {
  const steps = thresholds?.steps ?? []
  const reached = steps.findLast((step) => step.value === null || value >= step.value)?.color
  const mapped = mappings?.map(({ options }) => options[String(value)]?.text).find((text) => text !== undefined)
  return { text: mapped ?? format(value, unit, decimals), ...(steps.length > 1 && reached ? { level: reached } : {}) }
}
