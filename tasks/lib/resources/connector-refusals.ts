import { join } from 'node:path'
import { connectRest } from '../../../clients/connect.ts'
import type { Environment, Worker } from '../../../clients/environment.ts'
import { messageOf, UsageError } from '../../../clients/errors.ts'
import { didYouMean } from '../../../clients/suggestion.ts'
import { judgeCases } from '../judge.ts'

type Connector = { name: string; config: Record<string, string> }

/** Handed on to others as they are: converters and Hibernate know their settings by themselves, and say so to nobody. */
const handedOn = /^(key|value|header)\.converter\.|^hibernate\./
/** Of the clients of Kafka that a connector has; `clients` of apps/settings knows them. */
const ofClients = /^((producer|consumer|admin)\.override|(source\.|target\.)?(producer|consumer|admin)|(source|target)\.cluster)\./
/** The connectors of MirrorMaker share their settings, as they do in MirrorMaker's own file; each knows some. */
const mirrorMaker = 'org.apache.kafka.connect.mirror.'

/** Settings that a connector reads and does not declare: the constants of JdbcSinkConnectorConfig (Debezium 3.6). */
const undeclared: Record<string, string[]> = {
  'io.debezium.connector.jdbc.JdbcSinkConnector': [
    'use.reduction.buffer', 'connection.provider', 'connection.restart.on.errors', 'flush.max.retries', 'flush.retry.delay.ms',
    'truncate.enabled', 'field.include.list', 'field.exclude.list', 'collection.naming.strategy', 'column.naming.strategy',
    'cloud.events.schema.name.pattern', 'dialect.postgres.unnest.insert.enabled',
  ],
}

/**
 * Lets Connect, and the definitions of Kafka's clients, judge connectors; nothing is touched. A setting that nobody knows
 * is refused, too: Connect ignores it, so a misspelt one would silently not be made.
 *
 * @param due those that are new or have changed
 * @param all those of the worker
 * @throws UsageError `CONNECTOR_REFUSED`, or `CONFIG_INVALID` for settings of Kafka's clients
 */
export async function refuseConnectors(env: Environment, worker: Worker, due: Connector[], all: Connector[]): Promise<void> {
  if (due.length === 0) return
  // before Connect, which of a misspelt setting of a client says only that it is not allowed
  await judgeCases(env, due.flatMap(({ config }) => clientsCase(env, worker, config)))
  const isShared = ({ config }: Connector) => config['connector.class']?.startsWith(mirrorMaker) ?? false
  const judged = due.some(isShared) ? [...new Set([...due, ...all.filter(isShared)])] : due
  const verdicts = await Promise.all(judged.map(async (connector) => ({ connector, ...(await verdictOf(env, worker, connector)) })))
  const shared = verdicts.filter(({ connector }) => isShared(connector)).flatMap(({ known }) => known)
  const lines = verdicts.flatMap(({ connector, wrong, known }) => {
    const { name, config } = connector
    const names = new Set([...known, ...(isShared(connector) ? shared : []), ...(undeclared[config['connector.class'] ?? ''] ?? [])])
    // of a class that is unknown nothing is known
    const unknown = known.length === 0 ? [] : Object.keys(config).filter((key) => !names.has(key) && !handedOn.test(key) && !ofClients.test(key))
    const misspelt = unknown.map((setting) => ({ setting, words: unknownSetting(setting, [...names].sort()) }))
    return [...wrong, ...misspelt].map(({ setting, words }) => `  config/connectors/${worker}.yaml ${name}.${setting}: ${words}`)
  })
  if (lines.length > 0)
    throw new UsageError('CONNECTOR_REFUSED', ['expected what Connect takes, nothing was touched', ...lines].join('\n'), 'correct the lines above, then task plan')
}

/** All names where there are few, or those that share its beginning. */
function unknownSetting(setting: string, known: string[]): string {
  const alike = known.filter((name) => name.split('.')[0] === setting.split('.')[0])
  const named = alike.length > 0 && alike.length < known.length ? `${alike.join(', ')}, or another of its ${known.length} settings` : known.join(', ')
  return `expected one of ${named}, got ${setting}${didYouMean(setting, known)}`
}

function clientsCase(env: Environment, worker: Worker, config: Record<string, string>) {
  const settings = Object.entries(config).filter(([key]) => ofClients.test(key) && !key.endsWith('.cluster.alias'))
  const text = settings.map(([key, value]) => `${key}=${value}\n`).join('')
  return text ? [{ kind: 'clients' as const, text, source: join(env.root, 'config', 'connectors', `${worker}.yaml`) }] : []
}

/** What the connector itself finds wrong, in its own words, or the door before the worker's REST interface. */
async function verdictOf(env: Environment, worker: Worker, { name, config }: Connector) {
  return connectRest(env, worker).validate(name, config).catch((error: unknown) => {
    const [, setting, told] = / 403 connect-admin: ([^:]+): (.*)$/s.exec(messageOf(error)) ?? []
    if (setting === undefined || told === undefined) throw error
    const [, known] = /^expected one of (.*); got /s.exec(told) ?? []
    const given = config['connector.class'] ?? 'nothing'
    const words = known === undefined ? told : `expected one of ${known}, got ${given}${didYouMean(given, known.split(', '))}`
    return { wrong: [{ setting, words }], known: [] }
  })
}
