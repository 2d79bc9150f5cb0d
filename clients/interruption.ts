import { VygodnoError } from './errors.ts'

export type Interruption = {
  /** aborted by SIGINT or SIGTERM */
  signal: AbortSignal
  /** the error that ends the program with the signal's exit code, if there was one; it says what has been done */
  error(done: string): VygodnoError | undefined
}

/**
 * Lets the first SIGINT or SIGTERM end the work in good order; a second one ends the program at once.
 *
 * @param hint what to do about the rest
 */
export function interruption(hint: string): Interruption {
  const controller = new AbortController()
  let code = 0
  const end = (signal: 'SIGINT' | 'SIGTERM', exitCode: number) =>
    process.once(signal, () => {
      code ||= exitCode
      controller.abort()
    })
  end('SIGINT', 130)
  end('SIGTERM', 143)
  const error = (done: string) => new VygodnoError('INTERRUPTED', `interrupted; ${done} until then`, hint, code)
  return { signal: controller.signal, error: (done) => (code === 0 ? undefined : error(done)) }
}
