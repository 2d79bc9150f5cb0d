export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
// the marketplace lives by Moscow time, which has no summer time
const ZONE_MS = 3 * HOUR_MS
const YEAR_MS = 365.2425 * DAY_MS
// Monday 1970-01-05
const FIRST_MONDAY_MS = 4 * DAY_MS

// shares of a day's visits; people shop in the evening
const byHour = [14, 8, 5, 4, 4, 6, 12, 22, 32, 40, 46, 50, 52, 50, 48, 48, 50, 54, 60, 68, 74, 72, 54, 30]
const byWeekday = [1.05, 1, 0.97, 0.97, 0.95, 1.05, 1.15]

/** The hour of the day in Moscow, 0–23. */
export function hourOf(atMs: number): number {
  return Math.floor((atMs + ZONE_MS) / HOUR_MS) % 24
}

/** Where in the year an instant lies, from 0 to 1. */
export function yearPart(atMs: number): number {
  return (atMs / YEAR_MS) % 1
}

/**
 * How many of all events have happened at the end of each hour of a period, so that hours, weekdays and a slow growth
 * show; the last is all of them.
 *
 * @param untilMs end of the period
 */
export function schedule(events: number, untilMs: number, days: number): number[] {
  const hours = Math.round(days * 24)
  const weights = Array.from({ length: hours }, (_, hour) => {
    const at = untilMs - (hours - hour) * HOUR_MS
    const weekday = Math.floor((at + ZONE_MS - FIRST_MONDAY_MS) / DAY_MS) % 7
    return (byHour[hourOf(at)] ?? 0) * (byWeekday[weekday] ?? 0) * (1 + hour / hours / 2)
  })
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  let sum = 0
  return weights.map((weight, hour) => (hour === hours - 1 ? events : Math.round((events * (sum += weight)) / all)))
}
