import { groupOf } from '../../../clients/connect.ts'
import type { Environment } from '../../../clients/environment.ts'
import { kafkaClient, type Offsets, topicOffsets } from '../../../clients/kafka.ts'
import { pause } from '../../../clients/interruption.ts'
import { groupPosition } from '../../../clients/positions.ts'
import { loadStores, productTopics } from '../../../clients/stores.ts'
import { type Alive, settled, Unproven, type Verdict } from './check.ts'

/** A sink commits what it has written every ten seconds (`offset.flush.interval.ms`), later on a machine that is busy. */
const standsStillMs = 35_000
/** With hundreds of thousands of records before it a sink needs many minutes; nobody waits for that in a check. */
const patienceMs = 90_000
// the end of a transaction takes an offset that no reader commits
const marker = 1n

/** How many records of a topic, up to these ends, a reader has not taken yet. */
export function waitingFor(ends: Offsets, starts: Offsets, committed: Offsets): bigint {
  const behind = [...ends].map(([partition, end]) => {
    const [start, next] = [starts.get(partition) ?? 0n, committed.get(partition) ?? -1n]
    return end - (next > start ? next : start)
  })
  return behind.filter((lag) => lag > marker).reduce((sum, lag) => sum + lag, 0n)
}

/** A reader of a topic on the way of products. */
export type Reader = { group: string; topic: string }
export const filterGroup = 'product-filter'
/** The filter, once for each topic that products are sent to. */
export const theFilter = (env: Environment): Reader[] => productTopics(loadStores(env)).map((topic) => ({ group: filterGroup, topic }))
export const sinkOf = (name: string): Reader => ({ group: groupOf(name), topic: 'catalog.products' })

/**
 * Looks, and if what should be there is not, looks again when readers have taken what was before them: what is on its way
 * is not missing.
 */
export async function onceArrived(env: Environment, alive: Alive, readers: Reader[], look: () => Promise<Verdict>): Promise<Verdict> {
  const found = await look()
  if (found.outcome === 'proven') return found
  for (const reader of readers) await arrived(env, alive, reader)
  return settled(look)
}

/**
 * Waits until a reader has taken what was in its topic when this began. Where it stands still there is nothing to wait for:
 * what it has not brought is missing.
 *
 * @throws Unproven while it gets on, but has more before it than can be awaited
 */
async function arrived(env: Environment, alive: Alive, { group, topic }: Reader): Promise<void> {
  const kafka = kafkaClient(env, 'operator')
  const { start, end } = await topicOffsets(kafka, topic)
  const look = async () => waitingFor(end, start, (await groupPosition(kafka, group, topic)).committed)
  const first = await look()
  const begun = performance.now()
  for (let [waiting, moved] = [first, begun]; waiting > 0n; ) {
    alive(`${waiting} records of ${topic} are before ${group}`)
    if (performance.now() - moved > standsStillMs) return
    if (performance.now() - begun > patienceMs)
      throw new Unproven(`${waiting} records of ${topic} wait for ${group}, ${first - waiting} were taken while looking`, `task check   once ${group} has taken them`)
    await pause(1_000)
    const next = await look()
    if (next < waiting) [waiting, moved] = [next, performance.now()]
  }
}
