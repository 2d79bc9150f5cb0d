import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { Environment } from '../../../clients/environment.ts'
import { messageOf, UsageError } from '../../../clients/errors.ts'
import { type Sender, withSender } from '../../../clients/sender.ts'

// nobody waits for a single event, and on a busy machine records that don't wait make requests of a few, which make it busier
const LINGER_MS = 1_000
const NEWLINE = Buffer.from('\n')

/** Where events go: as `client-api` to its topic, or as lines to a file, which is written anew. */
export function withDestination<T>(
  env: Environment,
  file: string | undefined,
  work: (sender: Sender) => Promise<T>,
): Promise<T> {
  if (file !== undefined) return withFile(file, work)
  return withSender(env, { principal: 'client-api', topic: 'client.events' }, LINGER_MS, work)
}

/**
 * Runs work with a file that takes a line a record.
 *
 * @throws UsageError `FILE_UNWRITABLE`
 */
export async function withFile<T>(file: string, work: (sender: Sender) => Promise<T>): Promise<T> {
  const unwritable = (cause: unknown): never => {
    const seen = `${file}: expected a file to write to, got: ${messageOf(cause)}`
    throw new UsageError('FILE_UNWRITABLE', seen, 'name another file', { cause })
  }
  const stream = createWriteStream(file, { highWaterMark: 1024 * 1024 })
  // reported by the next call; between calls an error must not end the process
  stream.on('error', () => {})
  await once(stream, 'open').catch(unwritable)
  let lines = 0
  return work({
    sent: () => lines,
    add(_, value) {
      if (stream.errored) unwritable(stream.errored)
      lines++
      if (value) stream.write(value)
      return stream.write(NEWLINE) ? undefined : once(stream, 'drain').then(() => {}, unwritable)
    },
    async flush() {
      stream.end()
      await finished(stream).catch(unwritable)
    },
  })
}
