import { ConfigResourceTypes, kafkaClient, withAdmin } from '../../../clients/kafka.ts'
import { type Claim, type Group, prove } from './check.ts'
import { type Site, sites } from './sites.ts'

type Topic = { name: string; partitions: number; replicas: string; insync: string; settings: Map<string, string> }

/** Topics of the brokers themselves, on which commits and transactions depend. */
const internalTopics = ['__consumer_offsets', '__transaction_state']

/** Every topic is there as declared, on as many brokers as declared, with all of them in sync. */
export const topics: Group = {
  name: 'topics',
  about: 'every topic has its partitions, replicas, minimum of in-sync replicas and cleanup policy, and all replicas are in sync',
  run: async ({ env, config }) => (await Promise.all(sites(env, config).map(async (site) => prove('topics', [...(await claims(site)), ...safety(site)])))).flat(),
}

async function claims(site: Site): Promise<Claim[]> {
  const seen = await describe(site).catch((error: unknown) => error)
  const found = (name: string): Topic => {
    if (!(seen instanceof Map)) throw seen
    const topic: Topic | undefined = seen.get(name)
    if (!topic) throw new Error('no such topic')
    return topic
  }
  const declared = site.topics.map(({ name, partitions, replicationFactor, config }): Claim => {
    const settings = Object.entries(config)
    return {
      name: `${site.name}: ${name}`,
      expected: text(partitions, `${replicationFactor}`, `${replicationFactor}`, settings),
      look: async () => {
        const topic = found(name)
        return text(topic.partitions, topic.replicas, topic.insync, settings.map(([key]) => [key, topic.settings.get(key) ?? 'not set']))
      },
    }
  })
  const internal = internalTopics.map((name): Claim => ({
    name: `${site.name}: ${name}`,
    expected: '3 replicas, 3 in sync, min.insync.replicas=2',
    look: async () => {
      const { replicas, insync, settings } = found(name)
      return `${replicas} replicas, ${insync} in sync, min.insync.replicas=${settings.get('min.insync.replicas')}`
    },
  }))
  return [...declared, ...internal]
}

function text(partitions: number, replicas: string, insync: string, settings: [string, string][]): string {
  return [`${partitions} partitions`, `${replicas} replicas`, `${insync} in sync`, ...settings.map(([key, value]) => `${key}=${value}`)].join(', ')
}

/** What the cluster has, by name; replicas that differ between partitions show as `2/3`. */
async function describe({ env }: Site): Promise<Map<string, Topic>> {
  return withAdmin(kafkaClient(env, 'operator'), async (admin) => {
    const { topics: all } = await admin.fetchTopicMetadata()
    const settings = await admin.describeConfigs({ includeSynonyms: false, resources: all.map(({ name }) => ({ type: ConfigResourceTypes.TOPIC, name })) })
    const different = (counts: number[]) => [...new Set(counts)].sort().join('/')
    return new Map(
      all.map(({ name, partitions }): [string, Topic] => [
        name,
        {
          name,
          partitions: partitions.length,
          replicas: different(partitions.map(({ replicas }) => replicas.length)),
          insync: different(partitions.map(({ isr }) => isr.length)),
          settings: new Map(settings.resources.find(({ resourceName }) => resourceName === name)?.configEntries.map(({ configName, configValue }) => [configName, configValue])),
        },
      ]),
    )
  })
}

/** Settings of each broker without which replicas promise little. */
function safety({ name, env }: Site): Claim[] {
  const settings = { 'unclean.leader.election.enable': 'false', 'auto.create.topics.enable': 'false', 'min.insync.replicas': '2', 'default.replication.factor': '3' }
  const shown = (values: [string, string][]) => values.map(([key, value]) => `${key}=${value}`).join(', ')
  return env.kafka.brokers.map((broker, index) => ({
    name: `${name}: broker ${index + 1} (${broker})`,
    expected: shown(Object.entries(settings)),
    look: () =>
      withAdmin(kafkaClient(env, 'operator'), async (admin) => {
        const resource = { type: ConfigResourceTypes.BROKER, name: String(index + 1), configNames: Object.keys(settings) }
        const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] })
        const seen = new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]))
        return shown(Object.keys(settings).map((key) => [key, seen.get(key) ?? 'not set']))
      }),
  }))
}
