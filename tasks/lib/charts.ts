/** Text as it may stand in HTML, between tags and in attributes. */
export const escape = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
const cut = (text: string, length: number) => (text.length > length ? `${text.slice(0, length - 1)}…` : text)

/** Narrow enough that its text can be read on a phone, where it is scaled down to the width of the screen. */
const width = 400

/**
 * Horizontal bars, each with its part of a whole behind it.
 *
 * @param rows `value` is drawn over the paler `of`, `note` is written beside it
 * @param title what the bars mean
 * @returns that, and an SVG element
 */
export function bars(rows: { label: string; value: number; of: number; note: string }[], title: string): string {
  const [step, bar] = [40, 12]
  const most = Math.max(1, ...rows.map(({ value, of }) => Math.max(value, of)))
  const scaled = (value: number) => ((value / most) * width).toFixed(1)
  const drawn = rows.map(({ label, value, of, note }, index) => {
    const top = index * step
    return `<text x="0" y="${top + 14}">${escape(cut(label, 30))}</text><text class="soft" x="${width}" y="${top + 14}" text-anchor="end">${escape(note)}</text><rect class="pale" x="0" y="${top + 20}" width="${scaled(of)}" height="${bar}" rx="2"/><rect x="0" y="${top + 20}" width="${scaled(value)}" height="${bar}" rx="2"/>`
  })
  return `<p>${escape(title)}</p>${svg(rows.length * step, title, drawn.join(''))}`
}

/**
 * Vertical columns over time.
 *
 * @param rows in order of time; the first and the last label are written below
 * @param title what a screen reader says
 * @returns an SVG element
 */
export function columns(rows: { label: string; value: number }[], title: string): string {
  const [height, top] = [150, 22]
  const most = Math.max(1, ...rows.map(({ value }) => value))
  const step = width / Math.max(1, rows.length)
  const drawn = rows.map(({ label, value }, index) => {
    const size = (value / most) * height
    return `<rect x="${(index * step).toFixed(1)}" y="${(top + height - size).toFixed(1)}" width="${Math.max(1, step * 0.8).toFixed(1)}" height="${size.toFixed(1)}" rx="1"><title>${escape(label)}: ${value.toLocaleString('en')}</title></rect>`
  })
  const [first, last] = [rows[0]?.label ?? '', rows.at(-1)?.label ?? '']
  const words = `<text class="soft" x="0" y="13">${escape(title)}, at most ${most.toLocaleString('en', { maximumFractionDigits: 0 })}</text><text class="soft" x="0" y="${top + height + 18}">${escape(first)}</text><text class="soft" x="${width}" y="${top + height + 18}" text-anchor="end">${escape(last)}</text>`
  return svg(top + height + 24, title, `${words}<line x1="0" x2="${width}" y1="${top + height}" y2="${top + height}"/>${drawn.join('')}`)
}

function svg(height: number, title: string, content: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">${content}</svg>`
}
