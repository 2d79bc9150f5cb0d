import { TimeoutError } from '../../clients/errors.ts'
import { pause } from '../../clients/interruption.ts'

type Await = { code: string; awaited: string; timeoutMs: number; everyMs?: number; hint: string; details?: () => string }

/**
 * Looks again and again until something is so.
 *
 * @param look returns true when it is, otherwise what was seen instead; what it throws ends the waiting
 * @throws VygodnoError `INTERRUPTED`
 * @throws TimeoutError naming what was awaited and what was seen last
 */
export async function until({ code, awaited, timeoutMs, everyMs = 100, hint, details }: Await, look: () => Promise<true | string>): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const seen = await look()
    if (seen === true) return
    if (performance.now() > deadline) throw new TimeoutError(code, `expected ${awaited} within ${timeoutMs / 1000} s, last seen: ${seen}${details ? `\n${details()}` : ''}`, hint)
    await pause(everyMs)
  }
}
