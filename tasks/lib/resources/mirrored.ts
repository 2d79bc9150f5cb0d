import { connectRest } from '../../../clients/connect.ts'
import { type Copies, copiesIn, copier } from '../../../clients/copies.ts'
import { type Environment, onCluster } from '../../../clients/environment.ts'
import { InfraError } from '../../../clients/errors.ts'
import { putBack } from '../../../clients/interruption.ts'
import type { Offsets } from '../../../clients/kafka.ts'
import { type Both, endsOf, idsOfBoth, noteOf, type Since, wholeSince } from '../copies.ts'
import type { Item, Resource } from '../reconcile.ts'
import { until } from '../until.ts'
import { running } from './connectors.ts'

const fromBeginning = 'what the original holds'
const asBegun = 'as when its copy was begun'
const notNoted = 'not noted yet'
const another = 'deleted, or made anew since its copy was begun'
const right = { holds: fromBeginning, original: asBegun, copy: asBegun }

/**
 * That copies are what MirrorMaker believes them to be. It keeps offsets, and goes on behind them whatever has become of
 * the topics: with an original or a copy that was deleted and made anew, records before them would never be copied. So
 * the ids of both are noted beside the copier's settings. Repair makes it begin such a topic anew; a copy keeps what it has.
 */
export const mirrored: Resource = {
  kind: 'mirrored-topics',
  profile: 'analytics',
  desired: ({ config }) => config.clusters.analytics.mirrored.map((topic) => ({ id: topic, fields: right })),
  read: async ({ env, config }) => {
    const topics = config.clusters.analytics.mirrored
    const settings = (await connectRest(env, 'mirror').connectors())[copier]?.info.config
    // whoever makes the copier notes what it begins with
    if (!settings) return topics.map((id) => ({ id, fields: right }))
    const [progress, ids] = await Promise.all([progressOf(env), idsOfBoth(env, topics)])
    const noted = copiesIn(settings)
    return Promise.all(topics.map((topic) => compared(env, topic, noted[topic], progress.get(topic), ids)))
  },
  apply: async ({ env, config }, changes) => {
    const topics = changes.map(({ id }) => id)
    const anew = changes.filter(({ fields }) => fields.some(({ from }) => from !== notNoted)).map(({ id }) => id)
    const ids = await idsOfBoth(env, topics)
    const missing = anew.filter((topic) => !ids.originals.has(topic) || !ids.copies.has(topic))
    const expected = `expected ${missing.join(', ')} on both clusters, not so`
    if (missing.length > 0) throw new InfraError('TOPIC_MISSING', expected, 'task apply makes topics before it mends copies')
    const compacted = config.clusters.analytics.topics.filter(({ config: each }) => each['cleanup.policy'] === 'compact')
    const isCompacted = (topic: string) => compacted.some(({ name }) => name === topic)
    if (anew.length === 0) await note(env, topics, ids)
    else await whileStopped(env, async () => note(env, topics, ids, await begun(env, anew, isCompacted)))
    await running(env, 'mirror', 'mirrors', [copier])
  },
}

type Noted = Copies[string] | undefined

async function compared(env: Environment, topic: string, noted: Noted, progress: Progress = new Map(), ids: Both): Promise<Item> {
  // a copy that is missing will be made anew, empty, before this is repaired
  const end: Offsets = ids.copies.has(topic) ? await endsOf(onCluster(env, 'analytics'), topic) : new Map()
  const emptied = [...progress].filter(([partition]) => !end.get(partition))
  const [partitions, offsets] = [emptied.map(([partition]) => partition), emptied.map(([, offset]) => offset)]
  const holds = `nothing in partition ${partitions.join(', ')}, mirrored up to offset ${offsets.join(', ')}`
  const judged = (now?: string, then?: string) => (then === undefined ? notNoted : now === then ? asBegun : another)
  return {
    id: topic,
    fields: {
      holds: emptied.length === 0 ? fromBeginning : holds,
      original: judged(ids.originals.get(topic), noted?.original),
      copy: judged(ids.copies.get(topic), noted?.copy),
    },
  }
}

/** How far the copier has come, by partition: the offset of the last record of the original that was copied. */
type Progress = Map<number, number>

async function progressOf(env: Environment): Promise<Map<string, Progress>> {
  const progress = new Map<string, Progress>()
  for (const { partition, offset } of await connectRest(env, 'mirror').offsets(copier)) {
    const topic = String(partition.topic)
    const own: Progress = progress.get(topic) ?? new Map()
    progress.set(topic, own.set(Number(partition.partition), Number(offset.offset)))
  }
  return progress
}

async function whileStopped(env: Environment, work: () => Promise<void>): Promise<void> {
  const rest = connectRest(env, 'mirror')
  await rest.stop(copier)
  try {
    const wait = { code: 'CONNECTOR_NOT_STOPPED', awaited: `${copier} to stop`, timeoutMs: 30_000, hint: 'task logs -- mirror' }
    await until(wait, async () => {
      const state = (await rest.connectors())[copier]?.status
      return (state?.connector.state === 'STOPPED' && state.tasks.length === 0) || `${state?.connector.state}, ${state?.tasks.length} tasks`
    })
    await work()
  } finally {
    await putBack(`${copier} runs again`, 'task apply -- mirrors', () => rest.resume(copier))
  }
}

/**
 * Makes the copier begin topics anew where a record is lacking; where none is it goes on, so that none is copied twice.
 *
 * @returns from where on each copy holds its present original
 */
async function begun(env: Environment, topics: string[], isCompacted: (topic: string) => boolean): Promise<Since> {
  const rest = connectRest(env, 'mirror')
  const stored = await rest.offsets(copier)
  const since: Since = new Map()
  const forgotten: (typeof stored)[number]['partition'][] = []
  for (const topic of topics) {
    const own = stored.filter(({ partition }) => partition.topic === topic)
    // of a compacted topic the last record of a key tells, so that one copied twice is the same
    const whole: Offsets = isCompacted(topic) ? new Map() : await wholeSince(env, topic)
    const [from, to] = [await endsOf(env, topic), await endsOf(onCluster(env, 'analytics'), topic)]
    for (const { partition, offset } of own) {
      const isBeyond = Number(offset.offset) >= Number(from.get(Number(partition.partition)) ?? 0n)
      if (isBeyond) whole.delete(Number(partition.partition))
    }
    forgotten.push(...own.map(({ partition }) => partition).filter(({ partition }) => !whole.has(Number(partition))))
    since.set(topic, Object.fromEntries([...to].map(([partition, end]) => [partition, String(whole.get(partition) ?? end)])))
  }
  if (forgotten.length > 0) await rest.forgetOffsets(copier, forgotten)
  return since
}

async function note(env: Environment, topics: string[], ids: Both, since?: Since): Promise<void> {
  const rest = connectRest(env, 'mirror')
  const settings = (await rest.connectors())[copier]?.info.config
  if (settings) await rest.put(copier, { ...settings, ...noteOf(copiesIn(settings), topics, ids, since) })
}
