import { VygodnoError } from '../../clients/errors.ts'

export type Interruption = {
  /** aborted by SIGINT or SIGTERM */
  signal: AbortSignal
  /** the error that ends the program with the signal's exit code, if there was one */
  error(sent: number): VygodnoError | undefined
}

/** Lets the first SIGINT or SIGTERM end the work in good order; a second one ends the program at once. */
export function interruption(): Interruption {
  const controller = new AbortController()
  let code = 0
  const end = (signal: 'SIGINT' | 'SIGTERM', exitCode: number) =>
    process.once(signal, () => {
      code ||= exitCode
      controller.abort()
    })
  end('SIGINT', 130)
  end('SIGTERM', 143)
  const error = (sent: number) => {
    const hint = 'the same command sends all from the beginning, which does no harm'
    return new VygodnoError('INTERRUPTED', `interrupted; ${sent} sent and acknowledged until then`, hint, code)
  }
  return { signal: controller.signal, error: (sent) => (code === 0 ? undefined : error(sent)) }
}
