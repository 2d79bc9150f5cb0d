import type { Environment } from '../../../clients/environment.ts'
import { type Queryable, withPostgres } from '../../../clients/postgres.ts'
import { type Claim, prove, type Result } from './check.ts'

const writing = (table: string, key: string) => ({
  [`write ${table}`]: `insert into ${table} (${key}, doc) select null, null where false`,
  [`change ${table}`]: `update ${table} set doc = null where false`,
  [`delete ${table}`]: `delete from ${table} where false`,
})
/** What a role may do in the database; each statement touches no row, and is rolled back all the same. */
const statements: Record<string, string> = {
  'read ids of products': 'select product_id from products limit 1',
  'read products': 'select doc from products limit 1',
  ...writing('products', 'product_id'),
  'read recommendations': 'select doc from recommendations limit 1',
  ...writing('recommendations', 'user_id'),
  'read product_words': 'select word from product_words limit 1',
  'write product_words': 'insert into product_words select null where false',
  'read canary': 'select flight from canary limit 1',
  'write canary': 'insert into canary select null where false',
  'ask for the newest recommendation': 'select newest_recommendation()',
  'read schema_versions': 'select name from schema_versions limit 1',
  'create tables': 'create table check_of_rights (id int)',
}

const everything = Object.keys(statements)
/** Nobody else has a role: the certificate of another principal lets nobody in. */
const declared: Record<string, string[]> = {
  operator: everything,
  // the sinks: their two tables, which they also have to read to know whether a row is new
  connect: everything.filter((name) => / (products|recommendations)$/.test(name)),
  // search, corrections, recommendations; it writes nothing
  'client-api': ['read ids of products', 'read products', 'read recommendations', 'read product_words'],
  // how many products there are, whether the canary has landed, how old the recommendations are
  exporter: ['read ids of products', 'read canary', 'ask for the newest recommendation'],
}

const loginRefused = 'no login: 28000'

/**
 * Rights in PostgreSQL, tried for real with each principal's certificate (SQLSTATE 42501 is a denial, 28000 a refused login).
 * The operator goes first: where not even he is answered, the others are not tried.
 */
export async function rightsInPostgres(env: Environment, principals: string[]): Promise<Result[]> {
  const claimOf = (principal: string): Claim => ({
    name: `PostgreSQL: ${principal}`,
    expected: declared[principal]?.join(', ') ?? loginRefused,
    look: () => tried(env, principal),
  })
  const others = principals.filter((principal) => principal !== 'operator')
  const [operator] = await prove('acl', [claimOf('operator')])
  if (operator && /^no login|no answer/.test(operator.seen)) return [{ ...operator, seen: `${operator.seen}; ${others.length} more roles not tried` }]
  return [...(operator ? [operator] : []), ...(await prove('acl', others.map(claimOf)))]
}

async function tried(env: Environment, principal: string): Promise<string> {
  try {
    return await withPostgres(env, principal, async (db) => {
      const allowed: string[] = []
      for (const [name, sql] of Object.entries(statements)) {
        const code = await refusalOf(db, sql)
        if (code === undefined) allowed.push(name)
        else if (code !== '42501') allowed.push(`${name}: ${code}`)
      }
      return allowed.join(', ')
    })
  } catch (error) {
    return `no login: ${sqlState(error instanceof Error ? (error.cause ?? error) : error)}`
  }
}

/**
 * Tries a statement in a transaction that is rolled back.
 *
 * @returns the SQLSTATE that it is refused with, undefined when it is carried out
 */
export async function refusalOf(db: Queryable, sql: string): Promise<string | undefined> {
  // a role may be read-only by default, which it could lift itself: the rights must not be there
  await db.query('begin read write')
  const code = await db.query(sql).then(() => undefined, sqlState)
  await db.query('rollback')
  return code
}

const sqlState = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error))
