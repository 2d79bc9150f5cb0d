import { open } from 'node:fs/promises'
import { messageOf, UsageError } from '../../clients/errors.ts'

/**
 * Makes sure, before long work, that its result can be written.
 *
 * @throws UsageError `FILE_UNWRITABLE`
 */
export async function requireWritable(file: string): Promise<void> {
  try {
    await (await open(file, 'a')).close()
  } catch (cause) {
    throw new UsageError('FILE_UNWRITABLE', `expected a file that can be written, got ${file}: ${messageOf(cause)}`, 'name another file', { cause })
  }
}
