import { say } from '../../clients/terminal.ts'

/**
 * Makes Ctrl-C end a long command at once with the exit code of the signal and a word on what to do next.
 * Services that have been started run on; every command converges, so nothing needs to be undone.
 */
export function interruptible(): void {
  const end = (signal: 'SIGINT' | 'SIGTERM', code: number) =>
    process.once(signal, () => {
      say(`\ninterrupted (${signal}): the same command goes on from here; task down stops what was started`)
      process.exit(code)
    })
  end('SIGINT', 130)
  end('SIGTERM', 143)
}
