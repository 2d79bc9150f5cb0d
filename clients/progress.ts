import { MultiBar } from 'cli-progress'
import { shown } from './plain.ts'
import { insist, quiet, say } from './terminal.ts'

const PLAIN_EVERY_MS = 5_000
const LIVE_EVERY_MS = 200

/** How far a run is: how much is done and in all (bytes or records; 0 where unknown), records acknowledged. */
export type Position = { done: number; size: number; sent: number }

export type Progress = {
  /** Says something above the progress bar, that --quiet does not hold back. */
  say(text: string): void
  stop(): void
}

/** Shows how far a run is until it is stopped: a bar on a terminal, else a plain line every few seconds. */
export function showProgress(position: () => Position): Progress {
  const started = performance.now()
  const rate = (sent: number) => Math.round((sent / Math.max(performance.now() - started, 1)) * 1000)
  if (quiet()) return { say: insist, stop() {} }
  return process.stderr.isTTY && !process.env.CI ? liveBar(position, rate) : plainLines(position, rate)
}

function plainLines(position: () => Position, rate: (sent: number) => number): Progress {
  const timer = setInterval(() => {
    const { done, size, sent } = position()
    say(`… ${sent} sent, ${rate(sent)}/s${size ? `, ${Math.floor((done / size) * 100)} % done` : ''}`)
  }, PLAIN_EVERY_MS)
  return { say: insist, stop: () => clearInterval(timer) }
}

function liveBar(position: () => Position, rate: (sent: number) => number): Progress {
  const { size } = position()
  const counts = '{sent} sent · {rate}/s'
  const format = size ? `{bar} {percentage} % · ${counts} · {eta_formatted} left` : counts
  // the kind of bar that can have text above it
  const barsize = Math.max(0, Math.min(30, process.stderr.columns - 50))
  const look = { format, barsize, hideCursor: true, clearOnComplete: true, linewrap: true }
  const bars = new MultiBar({ ...look, stream: process.stderr })
  const bar = bars.create(size, 0, { sent: 0, rate: 0 })
  const show = () => {
    const { done, sent } = position()
    bar.update(Math.min(done, size), { sent, rate: rate(sent) })
  }
  const timer = setInterval(show, LIVE_EVERY_MS)
  return {
    say: (text) => bars.log(`${shown(text)}\n`),
    stop() {
      clearInterval(timer)
      bars.update()
      bars.stop()
    },
  }
}
