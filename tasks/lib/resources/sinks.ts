import { mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { connectRest, groupOf } from '../../../clients/connect.ts'
import type { Environment } from '../../../clients/environment.ts'
import { InfraError, messageOf } from '../../../clients/errors.ts'
import { putBack } from '../../../clients/interruption.ts'
import { type Admin, kafkaClient, withAdmin } from '../../../clients/kafka.ts'
import { withPostgres } from '../../../clients/postgres.ts'
import { isReserved } from '../../../clients/product.ts'
import { warn } from '../../../clients/terminal.ts'
import { fateOf } from '../../../clients/written-file.ts'
import { loadServices } from '../compose.ts'
import { liveKeys } from '../observe.ts'
import type { Resource } from '../reconcile.ts'
import { processOf } from '../stack.ts'
import { until } from '../until.ts'
import { running } from './connectors.ts'

const kept = 'what the sink has written'
const noTable = 'nothing: there is no table'
const foreignFile = 'nothing more: '

type Sink = { name: string; config: Record<string, string> }

/**
 * That what sinks have written is still there. A sink keeps how far it has read; of a file that was deleted under it, or a
 * table that was emptied, it knows nothing. Repair makes it read its topic from the beginning.
 */
export const sinks: Resource = {
  kind: 'sinks',
  profile: 'core',
  desired: ({ config }) => config.connectors.connect.filter(isLasting).map(({ name }) => ({ id: name, fields: { holds: kept } })),
  read: async ({ env, config, admin }) => {
    const all = await connectRest(env, 'connect').connectors()
    return Promise.all(
      config.connectors.connect.filter(isLasting).map(async (sink) => {
        // one that does not run, or has read nothing, is the matter of others
        const tasks = all[sink.name]?.status.tasks ?? []
        const runs = tasks.length > 0 && tasks.every(({ state }) => state === 'RUNNING')
        const lost = runs ? await lostBy(env, await admin('primary'), sink) : undefined
        return { id: sink.name, fields: { holds: lost ?? kept } }
      }),
    )
  },
  apply: async ({ env, config }, changes) => {
    for (const { id, fields } of changes) {
      if (fields.some(({ from }) => from?.startsWith(noTable))) throw tableMissing(env, id)
      const sink = config.connectors.connect.find(({ name }) => name === id)
      if (sink) await readAgain(env, sink, fields.some(({ from }) => from?.startsWith(foreignFile)))
    }
    await running(env, 'connect', 'connectors', changes.map(({ id }) => id))
  },
}

const tableOf = ({ config }: Sink) => config['collection.name.format']
const isLasting = (sink: Sink) => sink.config.file !== undefined || tableOf(sink) !== undefined

/** What is no longer there; nothing when all is. */
async function lostBy(env: Environment, admin: Admin, sink: Sink): Promise<string | undefined> {
  // by the operator, for a sink may have lost its own right to ask
  const read = await admin.fetchOffsets({ groupId: groupOf(sink.name), topics: (sink.config.topics ?? '').split(',') })
  const hasRead = read.some(({ partitions }) => partitions.some(({ offset }) => Number(offset) > 0))
  const { file } = sink.config
  return file === undefined ? lostRows(env, sink, hasRead) : lostLines(env, file, hasRead)
}

function lostLines(env: Environment, file: string, hasRead: boolean): string | undefined {
  const worker = loadServices(env).find(({ name }) => name === 'connect')
  const process = worker && processOf(env, worker)
  const fate = process && fateOf(process.pid, file)
  if (fate === 'deleted') return `nothing: ${file} was deleted, it writes on into what nobody can read`
  if (fate === 'another') return `${foreignFile}${file} is another file than the one that it writes`
  return hasRead && statSync(file, { throwIfNoEntry: false })?.size === 0 ? `nothing: ${file} was emptied` : undefined
}

async function lostRows(env: Environment, sink: Sink, hasRead: boolean): Promise<string | undefined> {
  const table = tableOf(sink) ?? ''
  const rows = await withPostgres(env, 'operator', async (db) => {
    const { rowCount: exists } = await db.query('select 1 where to_regclass($1) is not null', [table])
    if (exists === 0) return undefined
    // a table's name can't be a parameter; it is one of ours, for a class of that name was found
    return (await db.query(`select 1 from "${table.replaceAll('"', '""')}" limit 1`)).rowCount
  })
  if (rows === undefined) return `${noTable} ${table}`
  if (rows !== 0 || !hasRead) return undefined
  const live = [...(await liveKeys(env, sink.config.topics ?? ''))].filter((key) => !isReserved(key))
  return live.length === 0 ? undefined : `nothing: table ${table} is empty, the topic holds ${live.length} keys`
}

/** Migrations are applied once; a database made anew gets them all, and its rows from the topics. */
function tableMissing(env: Environment, sink: string): InfraError {
  const data = join(env.stack, 'data', 'postgres')
  return new InfraError(
    'TABLE_MISSING',
    `expected the table of ${sink}, it was dropped; PostgreSQL holds nothing that the topics do not, so it may begin anew`,
    `task down; rm -r ${data} ${data}.initialised; task up; task apply`,
  )
}

/** Has a sink read its topic from the beginning. Where another file has taken the place of its own, that one is moved aside: it is somebody's. */
async function readAgain(env: Environment, { name, config }: Sink, isForeign: boolean): Promise<void> {
  const rest = connectRest(env, 'connect')
  await rest.stop(name)
  try {
    if (config.file !== undefined) mkdirSync(dirname(config.file), { recursive: true })
    if (config.file !== undefined && isForeign) {
      const aside = `${config.file}.foreign-${Date.now()}`
      renameSync(config.file, aside)
      warn(`what stood in place of ${config.file} is kept as ${aside}`)
    }
    const wait = { code: 'CONNECTOR_NOT_STOPPED', awaited: `${name} to leave its group`, timeoutMs: 30_000, hint: 'task logs -- connect' }
    await until(wait, async () => {
      const state = (await rest.connectors())[name]?.status
      if (state?.connector.state !== 'STOPPED' || state.tasks.length > 0) return `${state?.connector.state}, ${state?.tasks.length} tasks`
      return withAdmin(kafkaClient(env, 'operator'), (admin) => admin.deleteGroups([groupOf(name)])).then(() => true as const, messageOf)
    })
  } finally {
    await putBack(`${name} runs again`, 'task apply -- connectors', () => rest.resume(name))
  }
}
