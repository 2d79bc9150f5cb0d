import type { Environment, Profile } from '../../../clients/environment.ts'
import { messageOf } from '../../../clients/errors.ts'
import type { Service } from '../compose.ts'
import type { Config } from '../config.ts'

/** What one check claims and what came of it; `ms` is how long it took. */
export type Result = { group: string; name: string; expected: string; seen: string; ok: boolean; ms: number }

/** What checks work with: the stack, its declaration, and progress for the person who waits. */
export type Subject = { env: Environment; config: Config; services: Service[] }

/** Checks of one kind, run together; each group runs alone. One of a profile is left out where that profile is off. */
export type Group = { name: string; about: string; profile?: Profile; run(subject: Subject): Promise<Result[]> }

/** What was seen: equal to what was expected, or judged by the check itself. */
type Seen = string | { ok: boolean; seen: string }

/** A claim that is still to be looked at. */
export type Claim = { name: string; expected: string; timeoutMs?: number; look(): Promise<Seen> }

const atOnce = 6

/**
 * Looks at claims, some at the same time. What throws or takes too long has failed: silence never proves a refusal.
 *
 * @param limit how many at the same time; 1 for claims that disturb each other
 */
export async function prove(group: string, claims: Claim[], limit = atOnce): Promise<Result[]> {
  return inParallel(limit, claims, async ({ name, expected, timeoutMs = 20_000, look }) => {
    const started = performance.now()
    const outcome = await within(timeoutMs, look()).catch((error: unknown) => ({ ok: false, seen: messageOf(error) }))
    const { ok, seen } = typeof outcome === 'string' ? { ok: outcome === expected, seen: outcome } : outcome
    return { group, name, expected, seen, ok, ms: Math.round(performance.now() - started) }
  })
}

/** Maps items in order of the list, at most `limit` at a time. */
export async function inParallel<T, R>(limit: number, items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index] as T)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
