import { join } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../../../clients/environment.ts'
import { hasDatabase, inTransaction, type Queryable, withPostgres } from '../../../clients/postgres.ts'
import type { Item, Resource } from '../reconcile.ts'
import { loadYaml, refuse, text, wholeNumber } from '../yaml.ts'

const role = z.strictObject({ connections: wholeNumber(1, 30), transaction_seconds: wholeNumber(1, 3_600), settings: z.record(text, text) })
const rolesShape = z.record(text, role)
const rowsShape = z.array(z.object({ role: z.string(), connections: z.number(), seconds: z.number().nullable(), settings: z.array(z.string()) }))

const databasesShape = z.array(z.object({ datname: z.string() }))

/** The settings of all databases and of one, which would win, and the limit that the watcher goes by. */
const query = `
  select rolname as role, rolconnlimit as connections, transaction_seconds as seconds, coalesce((
    select array_agg(case setdatabase when 0 then '' else 'in a database: ' end || setting)
    from pg_db_role_setting, unnest(setconfig) setting where setrole = pg_roles.oid), '{}') as settings
  from pg_roles left join role_limits on role = rolname
  where rolname = any($1)`

/** @throws UsageError `CONFIG_INVALID` */
export function declaredRoles(env: Environment): Item[] {
  const { value, problems } = loadYaml(join(env.root, 'config', 'postgres', 'roles.yaml'), env.root, rolesShape)
  refuse(problems)
  return Object.entries(value ?? {}).map(([id, { connections, transaction_seconds, settings }]) => ({
    id,
    fields: { connections: String(connections), transaction_seconds: String(transaction_seconds), settings: listed(Object.entries(settings).map(([name, to]) => `${name}=${to}`)) },
  }))
}

const listed = (settings: string[]) => settings.toSorted().join(', ')

/** What the roles have; a role that is not there has no line. */
export async function readRoles(db: Queryable, names: string[]): Promise<Item[]> {
  const { rows } = await db.query(query, [names])
  return rowsShape.parse(rows).map(({ role: id, connections, seconds, settings }) => ({
    id,
    fields: { connections: String(connections), transaction_seconds: String(seconds ?? 'none'), settings: listed(settings) },
  }))
}

/** Gives roles what is declared, all of it, in one transaction. */
export async function applyRoles(db: Queryable, items: Item[]): Promise<void> {
  await inTransaction(db, async () => {
    for (const item of items) await applyRole(db, item)
  })
}

async function applyRole(db: Queryable, { id, fields }: Item): Promise<void> {
  // no part of ALTER ROLE can be a parameter
  const name = identifier(id)
  await db.query(`alter role ${name} connection limit ${Number(fields.connections)}`)
  await db.query(`alter role ${name} reset all`)
  const own = await db.query('select datname from pg_db_role_setting join pg_database on pg_database.oid = setdatabase where setrole = $1::regrole', [name])
  for (const { datname } of databasesShape.parse(own.rows)) await db.query(`alter role ${name} in database ${identifier(datname)} reset all`)
  for (const setting of (fields.settings ?? '').split(', ').filter(Boolean)) {
    const [key = '', to = ''] = setting.split('=')
    await db.query(`alter role ${name} set ${identifier(key)} = '${to.replaceAll("'", "''")}'`)
  }
  const limit = 'insert into role_limits values ($1, $2) on conflict (role) do update set transaction_seconds = excluded.transaction_seconds'
  await db.query(limit, [id, Number(fields.transaction_seconds)])
}

const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`

/** What each role of PostgreSQL may take at most (config/postgres/roles.yaml). */
export const roles: Resource = {
  kind: 'roles',
  profile: 'core',
  desired: ({ env }) => declaredRoles(env),
  read: async ({ env }) => {
    if (!(await hasDatabase(env))) return []
    return withPostgres(env, 'operator', async (db) => {
      const limited = await db.query("select 1 where to_regclass('role_limits') is not null")
      return limited.rowCount === 0 ? [] : readRoles(db, declaredRoles(env).map(({ id }) => id))
    })
  },
  apply: ({ env }, changes) => withPostgres(env, 'operator', (db) => applyRoles(db, declaredRoles(env).filter(({ id }) => changes.some((change) => change.id === id)))),
}
