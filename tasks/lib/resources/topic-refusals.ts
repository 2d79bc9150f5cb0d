import { UsageError } from '../../../clients/errors.ts'
import { refusalsOf } from '../../../clients/kafka-refusals.ts'
import type { Change } from '../reconcile.ts'

const keyed = 'a record’s key decides its partition, so the records of a key would stand in two, out of order and apart from what is kept beside them'

/**
 * What can't be done to a topic that is there, found before anything is done.
 *
 * @param growing topics whose records nobody looks for by key
 * @throws UsageError `PARTITIONS_SHRINK`, `PARTITIONS_KEYED` or `REPLICATION_CHANGE`
 */
export function refuseTopicChanges(changes: Change[], growing: string[]): void {
  for (const { id, action, fields } of changes)
    for (const { name, from, to } of action === 'update' ? fields : []) {
      if (name === 'partitions') refusePartitions(id, Number(from), Number(to), growing.includes(id))
      if (name === 'replication.factor')
        throw new UsageError('REPLICATION_CHANGE', `${id}: expected the replication factor it has, ${from}, got ${to}; that needs a reassignment of its partitions`, `set replication.factor: ${from} for this topic in config/topics.yaml`)
    }
}

function refusePartitions(topic: string, has: number, declared: number, mayGrow: boolean): void {
  if (mayGrow && declared < has)
    throw new UsageError('PARTITIONS_SHRINK', `${topic}: expected at least the ${has} partitions it has, got ${declared}; Kafka can't take partitions away`, `set partitions: ${has} in config/topics.yaml`)
  if (mayGrow) return
  if (declared > has)
    throw new UsageError(
      'PARTITIONS_KEYED',
      `${topic}: expected the ${has} partitions it has, got ${declared}: ${keyed}`,
      `set partitions: ${has} in config/topics.yaml; other numbers take a platform made anew: task clean, task bootstrap`,
    )
  throw new UsageError(
    'PARTITIONS_KEYED',
    `${topic}: expected the ${declared} partitions that are declared, got ${has}. Somebody has added partitions by hand: ${keyed}, and Kafka can't take partitions away`,
    'task clean, task bootstrap, then send the products again: task shop',
  )
}

/** What a broker has refused, as a user's mistake in its own words; anything else is thrown as it is. */
export async function inItsOwnWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const refusals = refusalsOf(error)
    if (refusals.length === 0) throw error
    throw new UsageError('TOPIC_REFUSED', refusals.map(({ name, words }) => `config/topics.yaml ${name}: expected what Kafka takes, it says: ${words}`).join('\n'), 'correct config/topics.yaml, then task plan', { cause: error })
  }
}
