import { ConfigResourceTypes, kafkaClient, withAdmin } from '../../../clients/kafka.ts'
import { readable } from '../topic-checks.ts'
import { type Claim, type Group, judged, prove, type Result, settled, Unproven } from './check.ts'
import { type Site, sites } from './sites.ts'

/** `behind` names a broker once for each partition whose replica there is not in sync. */
type Topic = { name: string; partitions: number; replicas: string; behind: number[]; settings: Map<string, string> }

/** Topics of the brokers themselves, on which commits and transactions depend. */
const internalTopics = ['__consumer_offsets', '__transaction_state']

/** Every topic is there as declared, on as many brokers as declared, with all of them in sync. */
export const topics: Group = {
  name: 'topics',
  about: 'every topic has its partitions, replicas, minimum of in-sync replicas and cleanup policy, and all replicas are in sync',
  run: async ({ env, config }) => (await Promise.all(sites(env, config).map(of))).flat(),
}

/** Where the cluster tells nothing of its topics, that is one failure, not one for each of them. */
async function of(site: Site): Promise<Result[]> {
  let seen: Map<string, Topic> = new Map()
  const inSync: Claim = {
    name: `${site.name}: all replicas are in sync`,
    expected: 'every replica of every partition',
    timeoutMs: 40_000,
    look: () =>
      settled(async () => {
        seen = await describe(site)
        const behind = [...seen.values()].flatMap(({ behind: brokers }) => brokers)
        const counts = [...new Set(behind)].sort().map((broker) => `broker ${broker} is behind in ${behind.filter((each) => each === broker).length} partitions`)
        return judged(seen.size > 0 && behind.length === 0, counts.join(', ') || `those of ${seen.size} topics`)
      }),
  }
  const first = await prove('topics', [inSync])
  return [...first, ...(await prove('topics', [...(seen.size > 0 ? claims(site, seen) : []), ...safety(site)]))]
}

function claims(site: Site, seen: Map<string, Topic>): Claim[] {
  const declared = site.topics.map(({ name, partitions, replicationFactor, config }): Claim => {
    const settings = Object.entries(config)
    return {
      name: `${site.name}: ${name}`,
      expected: text(partitions, `${replicationFactor}`, settings),
      look: async () => {
        const topic = found(seen, name)
        return text(topic.partitions, topic.replicas, settings.map(([key]) => [key, topic.settings.get(key) ?? 'not set']))
      },
    }
  })
  const internal = internalTopics.map((name): Claim => ({
    name: `${site.name}: ${name}`,
    expected: '3 replicas, min.insync.replicas=2',
    look: async () => {
      const { replicas, settings } = found(seen, name)
      return `${replicas} replicas, min.insync.replicas=${settings.get('min.insync.replicas')}`
    },
  }))
  return [...declared, ...internal, codecs(site, seen)]
}

/** A batch in a codec that a program does not know stops that program, so the brokers decide and not who sends. */
function codecs({ name }: Site, seen: Map<string, Topic>): Claim {
  const read = [...seen.values()].filter((topic) => !topic.name.startsWith('__'))
  const wrong = read.flatMap(({ name: topic, settings }) => {
    const codec = settings.get('compression.type') ?? 'not set'
    return readable.includes(codec) ? [] : [`${topic}: ${codec}`]
  })
  const expected = `${readable.join(' or ')}, in each of ${read.length} topics`
  return { name: `${name}: every program can read what is kept`, expected, look: async () => wrong.join(', ') || expected }
}

function found(seen: Map<string, Topic>, name: string): Topic {
  const topic = seen.get(name)
  // Kafka makes its own topics when somebody needs them
  if (!topic && internalTopics.includes(name)) throw new Unproven('nobody has needed it yet', 'task demo')
  if (!topic) throw new Error('no such topic')
  return topic
}

function text(partitions: number, replicas: string, settings: [string, string][]): string {
  return [`${partitions} partitions`, `${replicas} replicas`, ...settings.map(([key, value]) => `${key}=${value}`)].join(', ')
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
          behind: partitions.flatMap(({ replicas, isr }) => replicas.filter((broker) => !isr.includes(broker))),
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
