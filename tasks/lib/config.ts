import { join } from 'node:path'
import { type Cluster, clusters, type Environment, type Worker, workers } from '../../clients/environment.ts'
import { storesShape } from '../../clients/stores.ts'
import { didYouMean } from '../../clients/suggestion.ts'
import { checkBans, checkConnectors, checkPrincipals, declaredConnectors } from './config-checks.ts'
import { bansShape, type ConnectorsFile, connectorsShape, foldersShape, type Principals, principalsShape, type SeedRules, type TopicsFile, topicsShape } from './config-shapes.ts'
import { checkDashboards } from './dashboards/check.ts'
import { checkStores, principalsOfStores, topicsOfStores } from './declared-stores.ts'
import { checkMonitoring } from './monitoring-config.ts'
import { checkTopics } from './topic-checks.ts'
import { fillIn, interpolate } from './variables.ts'
import { type Loaded, loadYaml, type Problem, refuse } from './yaml.ts'

/** A topic with every setting that is made on the topic itself. */
type Topic = { name: string; partitions: number; mayGrow: boolean; replicationFactor: number; config: Record<string, string> }
/** The topics of a cluster, copies included; a name that begins with one of the prefixes is ours. */
type ClusterTopics = { prefixes: string[]; mirrored: string[]; topics: Topic[] }
type Folder = { path: string; owner: string; permission: string }
type Connector = { name: string; config: Record<string, string> }

/** The desired state: everything that `config/` declares, checked. */
export type Config = { clusters: Record<Cluster, ClusterTopics>; principals: Principals; connectors: Record<Worker, Connector[]>; bans: SeedRules; folders: Folder[] }

/**
 * Loads and checks all of `config/`; nothing else is read and nothing is contacted.
 *
 * @param folder the folder that holds the files, given for tests
 * @throws UsageError `CONFIG_INVALID` with every problem of every file at once
 */
export function loadConfig(env: Environment, folder = join(env.root, 'config')): Config {
  const stores = loadYaml(join(folder, 'stores.yaml'), env.root, storesShape)
  const declared = { topics: loadYaml(join(folder, 'topics.yaml'), env.root, topicsShape), principals: loadYaml(join(folder, 'principals.yaml'), env.root, principalsShape) }
  const [topics, principals] = [topicsOfStores(declared.topics, stores), principalsOfStores(declared.principals, stores)]
  const bans = loadYaml(join(folder, 'bans.yaml'), env.root, bansShape)
  const folders = loadYaml(join(folder, 'lake.yaml'), env.root, foldersShape)
  const variables = { ...env.variables, MIRRORED_TOPICS: (topics.value?.analytics.mirrors ?? []).join(',') }
  const files = byName(workers, (worker) => loadYaml(join(folder, 'connectors', `${worker}.yaml`), env.root, connectorsShape))
  const connectors = byName(workers, (worker) => fillConnectors(files[worker], variables))
  refuse([
    ...[topics, principals, stores, bans, folders, ...Object.values(files)].flatMap((loaded) => loaded.problems),
    ...checkTopics(topics, byName(clusters, (cluster) => env.clusters[cluster].brokers)),
    ...checkBans(bans),
    ...checkStores(stores, declared.topics, declared.principals),
    ...checkPrincipals(principals, topics),
    ...checkMonitoring(env, folder),
    ...checkDashboards(env, folder),
    ...workers.flatMap((worker) => [...checkConnectors(files[worker], topics), ...connectors[worker].problems]),
  ])
  if (!topics.value || !principals.value || !bans.value || !folders.value) throw new Error('a file without a value has a problem')
  const file = topics.value
  return {
    clusters: byName(clusters, (cluster) => resolveTopics(file, cluster)),
    principals: principals.value,
    connectors: byName(workers, (worker) => connectors[worker].declared),
    bans: bans.value,
    folders: Object.entries(folders.value).map(([path, declared]) => ({ path: fillIn(path, env.variables, 'config/lake.yaml'), ...declared })),
  }
}

function byName<Name extends string, T>(names: readonly Name[], make: (name: Name) => T): Record<Name, T> {
  const made: Partial<Record<Name, T>> = {}
  for (const name of names) made[name] = make(name)
  return made as Record<Name, T>
}

/** A copy takes records as late as they come: how old they may be was judged when the original took them. */
const notCopied = ['message.timestamp.before.max.ms', 'message.timestamp.after.max.ms']

/** A copy has the partitions and settings of its original. */
function resolveTopics(file: TopicsFile, cluster: Cluster): ClusterTopics {
  const { owns, mirrors, topics } = file[cluster]
  const originals = Object.entries(file.primary.topics)
    .filter(([name]) => cluster !== 'primary' && mirrors.includes(name))
    .map(([name, topic]): [string, typeof topic] => {
      const config = Object.fromEntries(Object.entries(topic.config).filter(([key]) => !notCopied.includes(key)))
      return [name, { ...topic, config }]
    })
  const resolved = [...Object.entries(topics), ...originals].map(([name, topic]) => ({
    name,
    partitions: topic.partitions,
    mayGrow: topic.grows,
    replicationFactor: topic['replication.factor'] ?? file.defaults['replication.factor'],
    config: present({ ...file.defaults.config, ...topic.config }),
  }))
  return { prefixes: owns, mirrored: mirrors, topics: resolved }
}

function present(config: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(config).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

function fillConnectors(loaded: Loaded<ConnectorsFile>, variables: Record<string, string>): { declared: Connector[]; problems: Problem[] } {
  const problems: Problem[] = []
  const declared = declaredConnectors(loaded).map(([name, settings]) => ({
    name,
    config: Object.fromEntries(
      Object.entries(settings).map(([key, value]) => {
        const { text, unknown } = interpolate(value, variables)
        problems.push(...unknown.map((variable) => loaded.problem([name, key], `expected a variable of compose/.env, got \${${variable}}${didYouMean(variable, Object.keys(variables))}`)))
        return [key, text]
      }),
    ),
  }))
  return { declared, problems }
}
