import type { Environment } from '../../../clients/environment.ts'
import { InfraError } from '../../../clients/errors.ts'
import { withPostgres } from '../../../clients/postgres.ts'
import { type Claim, judged } from './check.ts'
import { refusalOf } from './postgres.ts'

const roles = ['client-api', 'connect', 'exporter']

/** What writes, fills or blocks what all share. Where it were allowed it would be rolled back, or had nothing to do it to. */
const attacks = [
  'select lo_create(0)',
  'select pg_try_advisory_xact_lock(1)',
  "select pg_notify('abuse', 'x')",
  "select pg_logical_emit_message(false, 'abuse', 'x')",
  'select pg_export_snapshot()',
  'select pg_sleep(0)',
  'select pg_terminate_backend(0)',
  'do $$ begin null; end $$',
  'create temporary table mine (x int)',
  "set temp_file_limit = '1TB'",
  'update role_limits set transaction_seconds = 1 where false',
]

/** In PostgreSQL, whatever a role sets in its own session. SQLSTATE 42501 is a denial. */
export function inPostgres(env: Environment): Claim[] {
  return roles.flatMap((role): Claim[] => [
    { name: `${role} writes, fills or blocks what all share`, expected: `${attacks.length} of ${attacks.length} refused`, look: () => tried(env, role) },
    {
      name: `${role} enters another database`,
      expected: 'refused, its own let in',
      look: async () => {
        await withPostgres(env, role, (db) => db.query('select 1'))
        const entered = await Promise.all(['postgres', 'template1'].map((database) => enters(env, role, database)))
        return judged(entered.every((each) => !each), entered.some(Boolean) ? 'let in' : 'refused, its own let in')
      },
    },
  ])
}

async function tried(env: Environment, role: string) {
  return withPostgres(env, role, async (db) => {
    const taken: string[] = []
    for (const attack of attacks) {
      const code = await refusalOf(db, attack)
      if (code !== '42501') taken.push(`${attack}: ${code ?? 'done'}`)
    }
    return judged(taken.length === 0, taken.join('; ') || `${attacks.length} of ${attacks.length} refused`)
  })
}

async function enters(env: Environment, role: string, database: string): Promise<boolean> {
  const other = { ...env, postgres: { ...env.postgres, database } }
  return withPostgres(other, role, (db) => db.query('select 1')).then(() => true, (error: unknown) => {
    if (error instanceof InfraError && /no pg_hba\.conf entry|permission denied for database/.test(error.message)) return false
    throw error
  })
}
