import type { ChildProcess } from 'node:child_process'
import { interruption } from '../../clients/interruption.ts'

/** A JVM closes files and connections when it is told to end. */
const graceMs = 5_000

/**
 * Waits for a program that this one has started. A signal to this one ends that one, too: TERM, grace, KILL.
 *
 * @returns how it ended: its exit code, or the signal
 * @throws Error when it could not be started
 */
export async function outcomeOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  const signal = interruption()
  const end = () => {
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), graceMs).unref()
  }
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  try {
    return await new Promise((resolve, reject) => child.on('error', reject).on('close', (code, name) => resolve(code ?? name ?? 1)))
  } finally {
    signal.removeEventListener('abort', end)
  }
}
