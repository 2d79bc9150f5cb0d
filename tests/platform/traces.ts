import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { clusters, onCluster } from '../../clients/environment.ts'
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, kafkaClient, ResourcePatternTypes, withAdmin } from '../../clients/kafka.ts'
import { withPostgres } from '../../clients/postgres.ts'
import { canAlert } from '../../tasks/lib/broker-down.ts'
import { monitoring } from '../../tasks/lib/monitoring.ts'
import { env } from './platform.ts'

// the canary's way, its copies, and what Connect and MirrorMaker write down of themselves all the time
const busy = /^(__|shop\.products(\.canary)?$|catalog\.(products|blocked)$|connect\.|mirror\.|mm2-|primary\.checkpoints|heartbeats|product-filter-)/
const any = { resourceType: AclResourceTypes.ANY, resourcePatternType: ResourcePatternTypes.ANY, operation: AclOperationTypes.ANY, permissionType: AclPermissionTypes.ANY }

/** All that a command could leave behind on this stack: where logs end, topics, rules, rows, files, messages. */
export async function traces(): Promise<Record<string, unknown>> {
  const hasCanary = env.profiles.includes('monitoring')
  const ofCluster = (name: (typeof clusters)[number]) =>
    withAdmin(kafkaClient(onCluster(env, name), 'operator'), async (admin) => {
      const topics = (await admin.listTopics()).sort()
      const quiet = topics.filter((topic) => (hasCanary ? !busy.test(topic) : !topic.startsWith('__')))
      const offsets: unknown[] = []
      for (const topic of quiet) offsets.push([topic, (await admin.fetchTopicOffsets(topic)).sort((one, other) => one.partition - other.partition)])
      return { topics, offsets, rules: (await admin.describeAcls(any)).resources.length }
    })
  const kafka = Object.fromEntries(await Promise.all(clusters.filter((name) => name === 'primary' || env.profiles.includes(name)).map(async (name) => [name, await ofCluster(name)] as const)))
  return { kafka, rows: await rows(), files: files(), ...(canAlert(env) ? { messages: await messages() } : {}) }
}

async function rows(): Promise<unknown> {
  return withPostgres(env, 'operator', async (db) => {
    const digest = async (table: string) => (await db.query(`select count(*), md5(string_agg(t::text, E'\\n' order by t::text)) from ${table} t`)).rows
    return { products: await digest('products'), recommendations: await digest('recommendations'), words: await digest('product_words'), versions: await digest('schema_versions') }
  })
}

/** With mode, time and content; what services write at all times is left out. */
function files(): string[] {
  return ['certs', 'secrets', 'config', 'run'].flatMap((name) => {
    const folder = join(env.stack, name)
    if (!existsSync(folder)) return []
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => {
      const file = join(entry.parentPath, entry.name)
      const { mode, mtimeMs } = statSync(file)
      return `${file} ${mode.toString(8)} ${mtimeMs} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`
    })
  }).sort()
}

/** The alert that always fires keeps coming. */
async function messages(): Promise<unknown> {
  const { received, active, telegram } = monitoring(env)
  const others = <T extends { labels: Record<string, string> }>(alerts: T[]) => alerts.filter(({ labels }) => labels.alertname !== 'Watchdog')
  return { received: others(await received()), active: others(await active()).map(({ labels }) => labels), telegram: await telegram() }
}
