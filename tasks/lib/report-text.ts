import { table } from '../../clients/terminal.ts'
import type { Report } from './lake.ts'

const number = (value: number) => value.toLocaleString('en', { maximumFractionDigits: 2 })
const percent = (value: number) => `${(value * 100).toFixed(1)} %`
const growth = (value: number) => `×${value.toFixed(2)}`

/** One report as a person reads it: title, column names, rows; the page and the terminal show the same. */
type Section = { title: string; head: string[]; rows: string[][] }

/** The report, section by section; only what is in it. */
export function sections(report: Report): Section[] {
  const funnel = (title: string, first: string, rows: (Report['funnel-by-brand'][number] | Report['funnel-by-category'][number])[]): Section => ({
    title,
    head: [first, 'viewed', 'in the cart', 'bought', 'reviewed', 'bought of viewed'],
    rows: rows.map((row) => ['category' in row ? row.category : row.brand, ...[row.views, row.carts, row.purchases, row.reviews].map(number), percent(row.conversion)]),
  })
  return [
    funnel('Funnel by category: users × products', 'category', report['funnel-by-category']),
    funnel('Funnel by brand: users × products', 'brand', report['funnel-by-brand']),
    {
      title: 'Trending: the last 7 days against the 7 before',
      head: ['product', 'name', 'category', 'now', 'before', 'growth'],
      rows: report['trending-products'].map((row) => [row.product_id, row.name, row.category, number(row.recent), number(row.before), growth(row.growth)]),
    },
    {
      title: 'Revenue by day',
      head: ['day', 'revenue', 'currency', 'orders', 'units', 'buyers'],
      rows: report['revenue-by-day'].map((row) => [row.day, number(row.revenue), row.currency, number(row.orders), number(row.units), number(row.buyers)]),
    },
    {
      title: 'Searches without results',
      head: ['search', 'without results', 'of searches', 'users', 'last'],
      rows: report['searches-without-results'].map((row) => [row.term, number(row.without_results), number(row.searches), number(row.users), row.last_day]),
    },
  ]
}

/** What the whole report is about, in one line. */
export function headline({ totals: [{ events, users, first_day, last_day }] }: Report): string {
  return `${number(events)} events of ${number(users)} users, ${first_day} to ${last_day}`
}

/** The report for a terminal, or tab-separated when piped. */
export function showReport(report: Report): string {
  return [headline(report), ...sections(report).map(({ title, head, rows }) => (rows.length === 0 ? `${title}: nothing` : `${title}\n${table(head, rows)}`))].join('\n\n')
}
