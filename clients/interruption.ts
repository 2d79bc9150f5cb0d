import { AsyncLocalStorage } from 'node:async_hooks'
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { VygodnoError } from './errors.ts'

const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
type Signal = keyof typeof exitCodes

/** How long ending in good order may take; the second is for what has to be put back, such as a broker that was killed. */
const patienceMs = { unwinding: 8_000, puttingBack: 60_000 }
/** A closed terminal tells a program twice, a shell and a program that pass a signal on tell it at once. */
const sameSignalMs = 300

const controller = new AbortController()
// what waits adds a listener, and dozens wait at once
setMaxListeners(0, controller.signal)
const shelter = new AsyncLocalStorage<AbortSignal>()
/** what is being put back, with what to type where that was not waited for */
const unfinished = new Map<object, { what: string; byHand: string }>()
let received: { signal: Signal; at: number } | undefined
let tell: (text: string) => void = () => {}
let advice = 'the same command again'

/** Aborted by the first SIGINT, SIGTERM or SIGHUP; not within `putBack` and `sheltered`, where work goes on. */
export function interruption(): AbortSignal {
  return shelter.getStore() ?? controller.signal
}

/** The exit code of the signal that has come, if one has. */
export function interruptedCode(): number | undefined {
  return received && exitCodes[received.signal]
}

/** Says what to do after an interruption of this command, where it is not merely the same command again. */
export function whenInterrupted(hint: string): void {
  advice = hint
}

/** @param done what has been done until then */
export function interruptedError(done = ''): VygodnoError {
  const { signal } = received ?? { signal: 'SIGINT' as const }
  return new VygodnoError('INTERRUPTED', `interrupted (${signal})${done && `; ${done} until then`}`, advice, exitCodes[signal])
}

/** @throws VygodnoError `INTERRUPTED` once a signal has come: a place where work may end */
export function checkpoint(): void {
  if (interruption().aborted) throw interruptedError()
}

/** Sleeps; a signal ends that with `INTERRUPTED`. */
export async function pause(ms: number): Promise<void> {
  await sleep(ms, undefined, { signal: interruption() }).catch(() => {})
  checkpoint()
}

/** Waits for something that can't be ended itself, such as a call of a library; a signal ends the waiting with `INTERRUPTED`. */
export async function orInterrupted<T>(work: Promise<T>): Promise<T> {
  const signal = interruption()
  let end = () => {}
  const ended = new Promise<never>((_, reject) => {
    end = () => reject(interruptedError())
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
  try {
    return await Promise.race([work, ended])
  } finally {
    signal.removeEventListener('abort', end)
    // nobody waits for it any more
    work.catch(() => {})
  }
}

/** The same object, each of whose calls a signal ends as `orInterrupted` does. */
export function interruptible<T extends object>(client: T): T {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        const result: unknown = Reflect.apply(member, target, args)
        return result instanceof Promise ? orInterrupted(result) : result
      }
    },
  })
}

/**
 * Puts back what a command has begun, in its `finally`: a signal, also one that has come before, does not end it. A second
 * one does, and then it is said what is left to do.
 *
 * @param what the state that is reached by it, as in `kafka-3 runs again`
 * @param byHand what to type when it could not be done
 */
export async function putBack(what: string, byHand: string, work: () => Promise<unknown>): Promise<void> {
  const key = {}
  unfinished.set(key, { what, byHand })
  if (received) announce(what)
  await sheltered(work)
  unfinished.delete(key)
}

/** Lets what is nearly done come to its end, such as a request whose answer says what has arrived; a first signal does not end it. */
export function sheltered<T>(work: () => Promise<T>): Promise<T> {
  return shelter.run(new AbortController().signal, work)
}

const announce = (what: string) => tell(`one moment, until ${what}; Ctrl-C again ends at once`)

/** What could not be put back, with what to type about it. */
export function left(): string[] {
  return [...unfinished.values()].map(({ what, byHand }) => `not so: ${what}; ${byHand}`)
}

/**
 * Lets the first signal end the work in good order: what is awaited ends with `INTERRUPTED`, so that every `finally` runs.
 * A second one, or one that takes too long, ends the program at once.
 *
 * @param say tells the person what is waited for
 * @param end ends the program now; `lines` say what is left to do
 */
export function heedSignals(say: (text: string) => void, end: (exitCode: number, lines: string[]) => void): void {
  tell = say
  const heed = (signal: Signal) => {
    const now = performance.now()
    if (received) {
      if (signal !== 'SIGHUP' && now - received.at > sameSignalMs) end(exitCodes[received.signal], ['ended at once', ...left()])
      return
    }
    received = { signal, at: now }
    controller.abort()
    for (const { what } of unfinished.values()) announce(what)
    const watch = () => {
      const elapsed = performance.now() - now
      if (elapsed < (unfinished.size > 0 ? patienceMs.puttingBack : patienceMs.unwinding)) return void setTimeout(watch, 100).unref()
      end(exitCodes[signal], [`ended without waiting any longer, after ${Math.round(elapsed / 1000)} s`, ...left()])
    }
    watch()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => heed(signal))
}
