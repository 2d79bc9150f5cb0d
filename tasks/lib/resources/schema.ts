import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { UsageError } from '../../../clients/errors.ts'
import { hasDatabase, inTransaction, type Queryable, withPostgres } from '../../../clients/postgres.ts'
import type { Context, Item, Resource } from '../reconcile.ts'

const applied = z.array(z.object({ name: z.string(), sha256: z.string() }))
const recordTable = 'create table if not exists schema_versions (name text primary key, sha256 text not null, applied_at timestamptz not null default now())'

function files({ env }: Context): { name: string; sql: string }[] {
  const folder = join(env.root, 'config', 'postgres')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({ name, sql: readFileSync(join(folder, name), 'utf8') }))
}

const digest = (sql: string) => createHash('sha256').update(sql).digest('hex').slice(0, 16)

/** A change may write every row anew. */
const changeMs = 3_600_000

/** The tables of PostgreSQL: each numbered SQL file of config/postgres is applied once, in a transaction of its own. */
export const schema: Resource = {
  kind: 'schema',
  profile: 'core',
  desired: (context) => files(context).map(({ name, sql }): Item => ({ id: name, fields: { sha256: digest(sql) } })),
  read: async (context) => {
    const { env } = context
    const declared = new Set(files(context).map(({ name }) => name))
    if (!(await hasDatabase(env))) return []
    return withPostgres(env, 'operator', async (db) => {
      const table = await db.query("select 1 where to_regclass('schema_versions') is not null")
      if (table.rowCount === 0) return []
      const { rows } = await db.query('select name, sha256 from schema_versions order by name')
      const known = applied.parse(rows).filter(({ name }) => declared.has(name))
      return known.map(({ name, sha256 }) => ({ id: name, fields: { sha256 } }))
    })
  },
  refuse: (changes) => {
    for (const { id, action } of changes)
      if (action === 'update') throw new UsageError('SCHEMA_FILE_CHANGED', `config/postgres/${id}: expected the file as it was applied, got another; what has been applied is not applied again`, 'put the change into a new file with the next number')
  },
  apply: async (context, changes) => {
    await createDatabase(context)
    await withPostgres(context.env, 'operator', async (db) => {
      await db.query(recordTable)
      for (const { name, sql } of files(context)) if (changes.some(({ id, action }) => id === name && action === 'create')) await applyFile(db, name, sql)
    }, changeMs)
  },
}

async function createDatabase({ env }: Context): Promise<void> {
  if (await hasDatabase(env)) return
  await withPostgres({ ...env, postgres: { ...env.postgres, database: 'postgres' } }, 'operator', async (db) => {
    // an identifier can't be a parameter; the name is ours and holds only letters, as environment.ts reads it
    await db.query(`create database "${env.postgres.database.replaceAll('"', '""')}"`)
  })
}

async function applyFile(db: Queryable, name: string, sql: string): Promise<void> {
  await inTransaction(db, async () => {
    await db.query(sql)
    await db.query('insert into schema_versions (name, sha256) values ($1, $2)', [name, digest(sql)])
  })
}
