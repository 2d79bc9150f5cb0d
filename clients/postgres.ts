import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { farewell } from './deadline.ts'
import { certificateFiles, type Environment } from './environment.ts'
import { InfraError, messageOf, PrerequisiteError } from './errors.ts'
import { checkpoint, interruptible, orInterrupted } from './interruption.ts'
import { refusedCertificate } from './refusal.ts'

/** Longer than anything that is asked, changes of the schema aside, takes with millions of rows. */
const longestQueryMs = 120_000

/** What a caller may do with a connection: send parameterised SQL. */
export type Queryable = { query(text: string, values?: unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }> }

/**
 * Runs work on one PostgreSQL connection as a principal: mutual TLS, the role is the certificate's common name.
 *
 * @param queryMs how long an answer may take; a query that takes longer throws `Query read timeout`
 * @throws InfraError `POSTGRES_UNREACHABLE` when no connection comes about within 5 s, `CERTIFICATE_REFUSED`
 */
export async function withPostgres<T>(env: Environment, principal: string, work: (db: Queryable) => Promise<T>, queryMs = longestQueryMs): Promise<T> {
  const files = certificateFiles(env, principal)
  const pem = (file: string) =>
    readFile(file, 'utf8').catch((cause: unknown) => {
      throw new PrerequisiteError('CERTIFICATE_MISSING', `expected the certificate of ${principal}: ${messageOf(cause)}`, 'task bootstrap', { cause })
    })
  const [key, cert, ca] = await Promise.all([files.key, files.cert, files.ca].map(pem))
  const client = new pg.Client({
    ...env.postgres,
    user: principal,
    ssl: { key, cert, ca, minVersion: 'TLSv1.2' },
    connectionTimeoutMillis: 5_000,
    query_timeout: queryMs,
    application_name: `vygodno-${principal}`,
  })
  // a connection that is lost while idle must not end the process; the next query reports it
  client.on('error', () => {})
  try {
    await orInterrupted(client.connect())
  } catch (error) {
    const server = `PostgreSQL at ${env.postgres.host}:${env.postgres.port}`
    // one that has not come about keeps the process as well
    void farewell(() => client.end())
    checkpoint()
    throw refusedCertificate(error, server, files) ?? new InfraError('POSTGRES_UNREACHABLE', `expected ${server} to answer, got: ${messageOf(error)}`, 'task status, then task up', { cause: error })
  }
  try {
    return await work(interruptible(client))
  } finally {
    await farewell(() => client.end())
  }
}

/**
 * Runs work in one transaction, which leaves nothing behind when the work fails.
 *
 * @param db a connection that is in none
 */
export async function inTransaction(db: Queryable, work: () => Promise<void>): Promise<void> {
  await db.query('begin')
  try {
    await work()
    await db.query('commit')
  } catch (error) {
    await db.query('rollback')
    throw error
  }
}

/** Whether the database of this stack has been made yet. */
export async function hasDatabase(env: Environment): Promise<boolean> {
  return withPostgres({ ...env, postgres: { ...env.postgres, database: 'postgres' } }, 'operator', async (db) => {
    const { rowCount } = await db.query('select 1 from pg_database where datname = $1', [env.postgres.database])
    return rowCount === 1
  })
}
