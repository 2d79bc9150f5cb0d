import type { Environment, Profile } from '../../../clients/environment.ts'
import { messageOf } from '../../../clients/errors.ts'
import { checkpoint } from '../../../clients/interruption.ts'
import type { Service } from '../compose.ts'
import type { Config } from '../config.ts'
import { until } from '../until.ts'

/** What came of a claim; *open*: there is nothing here to prove it by, or to contradict it. */
export type Outcome = 'proven' | 'contradicted' | 'open'

/** What was seen, and what that says about the claim; `hint` is the command that brings the evidence of an open one. */
export type Verdict = { outcome: Outcome; seen: string; hint?: string }

/** What one check claims and what came of it; `ms` is how long it took. */
export type Result = Verdict & { group: string; name: string; expected: string; ms: number }

/** Shows what is under way to the person who waits. */
export type Progress = (text: string) => void

/** What checks work with: the stack, its declaration, and progress for the person who waits. */
export type Subject = { env: Environment; config: Config; services: Service[]; progress: Progress }

/**
 * Checks of one kind, run together; each group runs alone. Where its profile is off, all that it claims is open.
 * `lacking` says what else is missing on this machine, without which there is nothing to look at.
 */
export type Group = { name: string; about: string; profile?: Profile; lacking?(subject: Subject): string | undefined; run(subject: Subject): Promise<Result[]> }

/** Says that work goes on, so that the time allowed begins anew: much to read takes long, and silence is a failure. */
export type Alive = (text: string) => void

/** A claim that is still to be looked at. What was seen is equal to what was expected, or judged by the check itself. */
export type Claim = { name: string; expected: string; timeoutMs?: number; look(alive: Alive): Promise<string | Verdict> }

/** What a look throws when there is nothing to prove its claim by: the claim is open. */
export class Unproven extends Error {
  readonly hint: string

  /** @param hint the command that brings the evidence */
  constructor(seen: string, hint: string) {
    super(seen)
    this.hint = hint
  }
}

/** A verdict on what was seen. */
export const judged = (isRight: boolean, seen: string): Verdict => ({ outcome: isRight ? 'proven' : 'contradicted', seen })

const atOnce = 6
/** A request to a service that is well takes a second; on a machine that is overloaded, many. */
const silenceMs = 30_000

/**
 * Looks at claims, some at the same time. What throws or is silent for too long is contradicted: silence never proves a
 * refusal.
 *
 * @param options `limit`: how many at the same time, 1 for claims that disturb each other
 */
export async function prove(group: string, claims: Claim[], { limit = atOnce, progress = () => {} }: { limit?: number; progress?: Progress } = {}): Promise<Result[]> {
  return inParallel(limit, claims, async ({ name, expected, timeoutMs = silenceMs, look }) => {
    const started = performance.now()
    const found = await within(timeoutMs, (renew) => look((text) => (renew(), progress(text)))).catch(
      (error: unknown): Verdict => (error instanceof Unproven ? { outcome: 'open', seen: error.message, hint: error.hint } : judged(false, messageOf(error))),
    )
    const verdict = typeof found === 'string' ? judged(found === expected, found) : found
    return { group, name, expected, ...verdict, ms: Math.round(performance.now() - started) }
  })
}

/** Maps items in order of the list, at most `limit` at a time. */
export async function inParallel<T, R>(limit: number, items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      checkpoint()
      results[index] = await work(items[index] as T)
    }
  }
  // one that fails leaves the others time to put back what they have begun
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  return results
}

/** How long what is on its way may take to arrive before that counts as a difference. */
const settleMs = 15_000

/** Looks again until it is so: things may be on their way while the platform works, or start again. */
export async function settled(look: () => Promise<Verdict>): Promise<Verdict> {
  let last = judged(false, 'nothing')
  await until({ code: 'CHECK_NOT_SETTLED', awaited: 'the same', timeoutMs: settleMs, everyMs: 500, hint: 'task check' }, async () => {
    last = await look()
    return last.outcome === 'proven' || last.seen
  }).catch((error: unknown) => {
    if (last.outcome === 'proven' || last.seen === 'nothing' || error instanceof Unproven) throw error
  })
  return last
}

async function within<T>(ms: number, work: (renew: () => void) => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([work(() => void timer?.refresh()), late])
  } finally {
    clearTimeout(timer)
  }
}
