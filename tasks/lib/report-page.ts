import type { Report } from './lake.ts'
import { bars, columns, escape } from './charts.ts'
import { headline, sections } from './report-text.ts'


const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #5b6570; --ground: #fff; --line: #d8dee4; --mark: #1f6feb }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa7b4; --ground: #0d1117; --line: #30363d; --mark: #58a6ff } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 60rem; padding: 1.25rem 1rem 4rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground) }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem }
p { margin: .25rem 0; color: var(--soft) }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .75rem; margin: 1.25rem 0 0 }
dl div { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .75rem } dt { color: var(--soft); font-size: .85rem } dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-size: .9rem }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top } th { color: var(--soft); font-weight: 600 }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
svg { display: block; width: 100%; max-width: 32rem; height: auto; margin: 0 0 1rem } svg text { fill: var(--ink); font: 13px system-ui, sans-serif } svg .soft { fill: var(--soft) } svg rect { fill: var(--mark) } svg rect.pale { opacity: .3 } svg line { stroke: var(--line) }
details summary { cursor: pointer; color: var(--soft) }`

/**
 * The report as one HTML page that needs nothing else: styles and charts are in it, no script, no other file.
 *
 * @param made when, for the page to say
 */
export function reportPage(report: Report, made: Date): string {
  const [totals] = report.totals
  const tiles = [['views', totals.views], ['carts', totals.carts], ['purchases', totals.purchases], ['reviews', totals.reviews], ['searches', totals.searches]] as const
  const charts = chartsOf(report)
  const body = sections(report).map(({ title, head, rows }, index) => {
    const shown = rows.length === 0 ? '<p>Nothing.</p>' : `${charts[index] ?? ''}<details${charts[index] ? '' : ' open'}><summary>${rows.length} rows</summary><div class="wide">${htmlTable(head, rows)}</div></details>`
    return `<section><h2>${escape(title)}</h2>${shown}</section>`
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Vygodno: what customers did</title><style>${style}</style></head>
<body><h1>What customers did</h1><p>${escape(headline(report))}. Days are UTC. Made ${made.toISOString().slice(0, 16).replace('T', ' ')}.</p>
<dl>${tiles.map(([name, value]) => `<div><dt>${name}</dt><dd>${value.toLocaleString('en')}</dd></div>`).join('')}</dl>
${body.join('\n')}
</body></html>
`
}

/** In the order of the sections. */
function chartsOf(report: Report): string[] {
  const funnel = (rows: { label: string; views: number; purchases: number; conversion: number }[]) =>
    bars(rows.slice(0, 12).map(({ label, views, purchases, conversion }) => ({ label, value: purchases, of: views, note: `${purchases} of ${views} · ${(conversion * 100).toFixed(1)} %` })), 'dark: bought, pale: viewed')
  const byDay = new Map<string, { label: string; value: number }[]>()
  for (const { day, currency, revenue } of report['revenue-by-day']) byDay.set(currency, [...(byDay.get(currency) ?? []), { label: day, value: revenue }])
  return [
    funnel(report['funnel-by-category'].map((row) => ({ ...row, label: row.category }))),
    funnel(report['funnel-by-brand'].map((row) => ({ ...row, label: row.brand }))),
    bars(report['trending-products'].slice(0, 10).map(({ name, recent, before, growth }) => ({ label: name, value: before, of: recent, note: `${before} → ${recent} · ×${growth.toFixed(2)}` })), 'dark: points of the 7 days before, pale: of the last 7'),
    [...byDay].map(([currency, days]) => columns(days, `revenue by day, ${currency}`)).join(''),
    bars(report['searches-without-results'].slice(0, 12).map(({ term, without_results: value, searches }) => ({ label: term, value, of: searches, note: `${value} of ${searches}` })), 'dark: without results, pale: all'),
  ]
}

function htmlTable(head: string[], rows: string[][]): string {
  const isNumber = (column: number) => rows.every((row) => /^[×\d.,%\s]+$/.test(row[column] ?? ''))
  const cell = (tag: string, text: string, column: number) => `<${tag}${isNumber(column) ? ' class="number"' : ''}>${escape(text)}</${tag}>`
  const line = (tag: string, cells: string[]) => `<tr>${cells.map((text, column) => cell(tag, text, column)).join('')}</tr>`
  return `<table><thead>${line('th', head)}</thead><tbody>${rows.map((row) => line('td', row)).join('')}</tbody></table>`
}
