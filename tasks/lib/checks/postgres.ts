import type { Environment } from '../../../clients/environment.ts'
import { withPostgres } from '../../../clients/postgres.ts'
import { type Claim, prove, type Result } from './check.ts'

/** What a role may do with the tables; each statement touches no row, and is rolled back all the same. */
const statements = {
  'read products': 'select product_id from products limit 1',
  'write products': "insert into products (product_id, doc) select product_id, doc from products where false",
  'delete products': 'delete from products where false',
  'read schema_versions': 'select name from schema_versions limit 1',
  'create tables': 'create table check_of_rights (id int)',
} as const

/** Nobody else has a role: the certificate of another principal lets nobody in. */
const declared: Record<string, string[]> = {
  operator: Object.keys(statements),
  connect: ['read products', 'write products', 'delete products'],
  'client-api': ['read products'],
  // it sees ids only, which is what is asked for here
  exporter: ['read products'],
}

const loginRefused = 'no login: 28000'

/** Rights in PostgreSQL, tried for real with each principal's certificate (SQLSTATE 42501 is a denial, 28000 a refused login). */
export function rightsInPostgres(env: Environment, principals: string[]): Promise<Result[]> {
  const claims = principals.map((principal): Claim => ({
    name: `PostgreSQL: ${principal}`,
    expected: declared[principal]?.join(', ') ?? loginRefused,
    look: () => tried(env, principal),
  }))
  return prove('acl', claims)
}

async function tried(env: Environment, principal: string): Promise<string> {
  try {
    return await withPostgres(env, principal, async (db) => {
      const allowed: string[] = []
      for (const [name, sql] of Object.entries(statements)) {
        // a role may be read-only by default, which it could lift itself: the rights must not be there
        await db.query('begin read write')
        const code = await db.query(sql).then(() => undefined, sqlState)
        await db.query('rollback')
        if (code === undefined) allowed.push(name)
        else if (code !== '42501') allowed.push(`${name}: ${code}`)
      }
      return allowed.join(', ')
    })
  } catch (error) {
    return `no login: ${sqlState(error instanceof Error ? (error.cause ?? error) : error)}`
  }
}

const sqlState = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error))
