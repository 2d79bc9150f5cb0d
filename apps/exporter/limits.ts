import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { withPostgres } from '../../clients/postgres.ts'
import { say } from '../../clients/terminal.ts'
import type { Collector } from './collector.ts'

const shape = z.array(z.object({ ended_role: z.string(), ended: z.number() }))

/** Ends sessions of PostgreSQL that are in a transaction for longer than their role may be, whatever they have set. */
export function limitCollector(env: Environment): Collector {
  return {
    name: 'limits',
    everyMs: 5_000,
    collect: () =>
      withPostgres(env, 'exporter', async (db) => {
        const { rows } = await db.query('select ended_role, ended from end_overlong_sessions()')
        for (const { ended_role, ended } of shape.parse(rows)) say(`${new Date().toISOString()} limits: ended ${ended} sessions of ${ended_role} in PostgreSQL that were too long in a transaction`)
      }),
  }
}
