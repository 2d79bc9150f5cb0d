import { connectRest } from '../../../clients/connect.ts'
import { onCluster } from '../../../clients/environment.ts'
import { kafkaClient, topicOffsets, withAdmin } from '../../../clients/kafka.ts'
import type { Resource } from '../reconcile.ts'
import { until } from '../until.ts'

const source = 'mirror-source'
const fromBeginning = 'what the original holds'

/**
 * That copies are not emptier than MirrorMaker believes: when a copy was deleted and made anew, MirrorMaker would go on
 * where it had stopped. Repair makes it begin that topic again.
 */
export const mirrored: Resource = {
  kind: 'mirrored-topics',
  profile: 'analytics',
  desired: ({ config }) => config.clusters.analytics.mirrored.map((topic) => ({ id: topic, fields: { holds: fromBeginning } })),
  read: async ({ env, config }) => {
    const kafka = kafkaClient(onCluster(env, 'analytics'), 'operator')
    const [progress, existing] = await Promise.all([progressByTopic(env), withAdmin(kafka, (admin) => admin.listTopics())])
    return Promise.all(
      config.clusters.analytics.mirrored.map(async (topic) => {
        // a copy that is missing will be made anew, empty, before this is repaired
        const { end } = existing.includes(topic) ? await topicOffsets(kafka, topic) : { end: new Map<number, bigint>() }
        const emptied = (progress.get(topic) ?? []).filter(({ partition }) => !end.get(partition))
        return { id: topic, fields: { holds: emptied.length === 0 ? fromBeginning : `nothing in partition ${emptied.map(({ partition }) => partition).join(', ')}, mirrored up to offset ${emptied.map(({ offset }) => offset).join(', ')}` } }
      }),
    )
  },
  apply: async ({ env }, changes) => {
    const rest = connectRest(env, 'mirror')
    const topics = changes.map(({ id }) => id)
    await rest.stop(source)
    await until({ code: 'CONNECTOR_NOT_STOPPED', awaited: `${source} to stop`, timeoutMs: 30_000, hint: 'task logs -- mirror' }, async () => {
      const state = (await rest.connectors())[source]?.status
      return (state?.connector.state === 'STOPPED' && state.tasks.length === 0) || `${state?.connector.state}, ${state?.tasks.length} tasks`
    })
    const partitions = (await rest.offsets(source)).map(({ partition }) => partition).filter(({ topic }) => topics.includes(String(topic)))
    await rest.forgetOffsets(source, partitions)
    await rest.resume(source)
  },
}

async function progressByTopic(env: Parameters<typeof connectRest>[0]): Promise<Map<string, { partition: number; offset: number }[]>> {
  const progress = new Map<string, { partition: number; offset: number }[]>()
  const rest = connectRest(env, 'mirror')
  if (!(source in (await rest.connectors()))) return progress
  for (const { partition, offset } of await rest.offsets(source)) {
    const topic = String(partition.topic)
    progress.set(topic, [...(progress.get(topic) ?? []), { partition: Number(partition.partition), offset: Number(offset.offset) }])
  }
  return progress
}
