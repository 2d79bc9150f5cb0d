import { orInterrupted } from './interruption.ts'

/** What this process waits for now, for the message of whoever gives up. */
const open = new Set<{ what: string }>()

/** What is being waited for, e.g. `Kafka at 127.0.0.1:19091`, each once. */
export const awaited = (): string[] => [...new Set([...open].map(({ what }) => what))]

/** Nobody has answered in time. */
export class SilenceError extends Error {}

/**
 * Waits for work that another process may never answer. What is given up goes on unheard.
 *
 * @param what whose answer it is, as in `Kafka at 127.0.0.1:19091`
 * @throws VygodnoError `INTERRUPTED`
 * @throws SilenceError `no answer within … s` when the time is over, and what the work throws before
 */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SilenceError(`no answer within ${ms / 1000} s`)), ms)
  })
  const entry = { what }
  open.add(entry)
  try {
    return await orInterrupted(Promise.race([work, late]))
  } finally {
    clearTimeout(timer)
    open.delete(entry)
  }
}

/** Takes leave of a server: it may fail to notice, but it keeps nobody waiting. */
export async function farewell(leave: () => Promise<unknown>, ms = 1_000): Promise<void> {
  await within(ms, 'a farewell', leave()).catch(() => {})
}
