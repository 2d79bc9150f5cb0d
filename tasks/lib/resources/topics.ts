import type { Cluster, Profile } from '../../../clients/environment.ts'
import { messageOf } from '../../../clients/errors.ts'
import { type Admin, ConfigResourceTypes, ConfigSource, KafkaJSProtocolError } from '../../../clients/kafka.ts'
import { type Change, type Item, type Resource, withoutRemovals } from '../reconcile.ts'
import { normalSetting } from '../topic-settings.ts'
import { until } from '../until.ts'
import { inItsOwnWords, refuseTopicChanges } from './topic-refusals.ts'

const prefix = 'config.'

/**
 * The topics of a cluster with partitions, replication factor and the settings made on the topic itself.
 *
 * @param kind what the kind is called at the command line
 */
export const topicsOf = (cluster: Cluster, kind: string, profile: Profile): Resource => ({
  kind,
  profile,
  desired: ({ config }) =>
    config.clusters[cluster].topics.map(({ name, partitions, replicationFactor, config: settings }) => ({
      id: name,
      fields: {
        partitions: String(partitions),
        'replication.factor': String(replicationFactor),
        ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [prefix + key, normalSetting(key, value)])),
      },
    })),

  read: async (context) => {
    const admin = await context.admin(cluster)
    const names = (await admin.listTopics()).filter((name) => context.config.clusters[cluster].prefixes.some((owned) => name.startsWith(owned)))
    if (names.length === 0) return []
    const [metadata, settings] = await Promise.all([
      admin.fetchTopicMetadata({ topics: names }),
      admin.describeConfigs({ includeSynonyms: false, resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })) }),
    ])
    return metadata.topics.map(({ name, partitions }): Item => {
      const entries = settings.resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? []
      const own = entries.filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG)
      return {
        id: name,
        fields: {
          partitions: String(partitions.length),
          'replication.factor': String(partitions[0]?.replicas.length ?? 0),
          ...Object.fromEntries(own.map(({ configName, configValue }) => [prefix + configName, normalSetting(configName, configValue)])),
        },
      }
    })
  },

  // offline rules first; then the controller is asked, which changes nothing
  refuse: async (changes, context) => {
    refuseTopicChanges(changes, context.config.clusters[cluster].topics.filter(({ mayGrow }) => mayGrow).map(({ name }) => name))
    if (withoutRemovals(changes).length > 0) await makeOrChange(await context.admin(cluster), changes, true)
  },

  apply: async (context, changes) => {
    const admin = await context.admin(cluster)
    const removed = changes.filter(({ action }) => action === 'remove').map(({ id }) => id)
    await makeOrChange(admin, changes, false)
    const created = changes.filter(({ action }) => action === 'create')
    if (created.length > 0) await haveLeaders(admin, kind, created.map(({ id }) => id))
    if (removed.length > 0) await admin.deleteTopics({ topics: removed })
  },
})

async function makeOrChange(admin: Admin, changes: Change[], validateOnly: boolean): Promise<void> {
  const created = changes.filter(({ action }) => action === 'create')
  if (created.length > 0) await inItsOwnWords(create(admin, created, validateOnly))
  for (const change of changes) if (change.action === 'update') await inItsOwnWords(update(admin, change, validateOnly))
}

async function create(admin: Admin, changes: Change[], validateOnly: boolean): Promise<void> {
  await admin.createTopics({
    waitForLeaders: false,
    validateOnly,
    topics: changes.map(({ id, fields }) => ({
      topic: id,
      numPartitions: Number(valueOf(fields, 'partitions')),
      replicationFactor: Number(valueOf(fields, 'replication.factor')),
      configEntries: fields.flatMap(({ name, to }) => (name.startsWith(prefix) ? [{ name: name.slice(prefix.length), value: to ?? '' }] : [])),
    })),
  })
}

/** The controller has them at once, the broker that is asked a moment later (KRaft metadata travels). */
async function haveLeaders(admin: Admin, kind: string, names: string[]): Promise<void> {
  await until({ code: 'TOPICS_NOT_SHOWN', awaited: 'the topics just made to have leaders', timeoutMs: 30_000, hint: `task plan -- ${kind}` }, async () => {
    const known = await admin.listTopics()
    const missing = names.filter((name) => !known.includes(name))
    if (missing.length > 0) return `not there yet: ${missing.join(', ')}`
    // the next question may go to a broker that has not heard of them yet
    const topics = await admin.fetchTopicMetadata({ topics: names }).then(
      (metadata) => metadata.topics,
      (error: unknown) => {
        const reason = error instanceof Error && error.cause !== undefined ? error.cause : error
        if (reason instanceof KafkaJSProtocolError && reason.retriable) return messageOf(reason)
        throw error
      },
    )
    if (typeof topics === 'string') return topics
    const headless = topics.filter(({ partitions }) => partitions.some(({ leader }) => leader < 0)).map(({ name }) => name)
    return headless.length === 0 || `without leader: ${headless.join(', ')}`
  })
}

function valueOf(fields: Change['fields'], name: string): string | undefined {
  return fields.find((field) => field.name === name)?.to
}

async function update(admin: Admin, { id, fields }: Change, validateOnly: boolean): Promise<void> {
  const partitions = valueOf(fields, 'partitions')
  if (partitions) await admin.createPartitions({ validateOnly, topicPartitions: [{ topic: id, count: Number(partitions) }] })
  const settings = fields.filter(({ name }) => name.startsWith(prefix))
  if (settings.length === 0) return
  // AlterConfigs replaces all settings of a topic, so those that stay are sent along
  const resource = { type: ConfigResourceTypes.TOPIC, name: id }
  const current = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] })
  const next = new Map(
    (current.resources[0]?.configEntries ?? []).filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG).map(({ configName, configValue }) => [configName, configValue]),
  )
  for (const { name, to } of settings) {
    if (to === undefined) next.delete(name.slice(prefix.length))
    else next.set(name.slice(prefix.length), to)
  }
  await admin.alterConfigs({ validateOnly, resources: [{ ...resource, configEntries: [...next].map(([name, value]) => ({ name, value })) }] })
}
