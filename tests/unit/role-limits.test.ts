import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { loadEnvironment } from '../../clients/environment.ts'
import { applyRoles, declaredRoles, readRoles } from '../../tasks/lib/resources/roles.ts'
import { until } from '../../tasks/lib/until.ts'
import { startScratch } from './search-scratch.ts'

const declared = declaredRoles(loadEnvironment({}))
const limited = ['client-api', 'connect', 'exporter']

let scratch: Awaited<ReturnType<typeof startScratch>>
let operator: pg.Client
before(async () => {
  scratch = await startScratch()
  operator = await scratch.connect()
  await applyRoles(operator, declared)
})
after(async () => {
  await operator?.end()
  await scratch?.stop()
})

async function as<T>(role: string, work: (db: pg.Client) => Promise<T>): Promise<T> {
  const db = await scratch.connect(role)
  db.on('error', () => {})
  try {
    return await work(db)
  } finally {
    await db.end().catch(() => {})
  }
}

const attacks = [
  'select lo_create(0)',
  "select lo_from_bytea(0, 'x')",
  'select pg_advisory_lock(n) from generate_series(1, 10) n',
  'select pg_try_advisory_xact_lock_shared(1)',
  "select pg_notify('all', 'x')",
  "select pg_logical_emit_message(false, 'x', 'x')",
  'select pg_export_snapshot()',
  'select pg_sleep(1)',
  'select pg_terminate_backend(pg_backend_pid())',
  'select pg_cancel_backend(pg_backend_pid())',
  'do $$ begin null; end $$',
  'create temporary table mine (x int)',
  'create function mine() returns int language sql return 1',
  "set temp_file_limit = '1TB'",
  'alter role current_user connection limit 40',
  'update role_limits set transaction_seconds = 1000000',
]
test('a role can’t write, fill or block what all share, whatever it sets; the operator can', async () => {
  for (const role of limited)
    for (const attack of attacks)
      await as(role, async (db) => {
        await db.query('set default_transaction_read_only = off; set statement_timeout = 0')
        await assert.rejects(db.query(attack), /permission denied/, `${role}: ${attack}`)
      })
  await operator.query("select lo_unlink(lo_create(0)), pg_try_advisory_lock(1), pg_advisory_unlock_all(), pg_notify('all', 'x')")
})

test('no role but the operator enters another database', async () => {
  const { rows } = await operator.query("select r, d from unnest($1::text[]) r, unnest('{template1}'::text[]) d where has_database_privilege(r, d, 'connect')", [limited])
  assert.deepEqual(rows, [])
})

test('a role that takes all its connections leaves the others theirs', async () => {
  const taken: pg.Client[] = []
  try {
    for (const role of ['exporter', 'client-api']) {
      const most = Number(declared.find(({ id }) => id === role)?.fields.connections)
      while (taken.filter(({ user }) => user === role).length < most) taken.push(await scratch.connect(role))
      await assert.rejects(scratch.connect(role), /too many connections for role/)
    }
    await as('connect', (db) => db.query('select 1 from products limit 1'))
    await as('operator', (db) => db.query('select 1'))
  } finally {
    await Promise.all(taken.map((db) => db.end()))
  }
})

test('the limits of all roles leave room below what the server takes', async () => {
  const sum = declared.reduce((so, { fields }) => so + Number(fields.connections), 0)
  assert.ok(sum <= 40 - 3 - 4, `${sum} of 40, 3 of them reserved, 4 for the operator's commands`)
})

test('the watcher ends who is too long in a transaction, running or idle, without any limit of its own; others go on', async () => {
  await operator.query("update role_limits set transaction_seconds = 1 where role = 'client-api'")
  await as('client-api', (idle) =>
    as('client-api', (busy) =>
      as('client-api', (allowed) =>
        as('connect', async (neighbour) => {
          for (const db of [idle, busy]) await db.query('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0')
          await neighbour.query('begin')
          await idle.query('begin')
          // long, and so small that no other limit ends it first
          const long = 'select count(*) from generate_series(1, 100000) one, generate_series(1, 100000) other'
          const endless = assert.rejects(busy.query(long), /terminating connection/)
          const ended = await as('exporter', async (watcher) => {
            let all = 0
            await until({ code: 'T', awaited: 'two ended sessions', timeoutMs: 20_000, everyMs: 200, hint: '' }, async () => {
              const { rows } = await watcher.query<{ ended_role: string; ended: number }>('select * from end_overlong_sessions()')
              for (const { ended } of rows) all += ended
              return all >= 2 || String(all)
            })
            return all
          })
          assert.ok(ended >= 2)
          await endless
          await assert.rejects(idle.query('select 1'))
          await allowed.query('select 1')
          await neighbour.query('commit')
          await assert.rejects(allowed.query('select end_overlong_sessions()'), /permission denied/)
        }))))
  await applyRoles(operator, declared)
})

test('what a role changed of itself, or a hand changed, is seen and healed', async () => {
  const read = async () => new Map((await readRoles(operator, limited)).map(({ id, fields }) => [id, fields]))
  assert.deepEqual(await read(), new Map(declared.map(({ id, fields }) => [id, fields])))
  await as('client-api', async (db) => {
    await db.query('set default_transaction_read_only = off')
    await db.query('alter role current_user set statement_timeout = 0; alter role current_user in database postgres set work_mem = 4194304')
  })
  await operator.query('alter role exporter connection limit -1; delete from role_limits')
  const seen = await read()
  assert.match(seen.get('client-api')?.settings ?? '', /in a database: work_mem=4194304.*statement_timeout=0/)
  assert.deepEqual([seen.get('exporter')?.connections, seen.get('exporter')?.transaction_seconds], ['-1', 'none'])
  await applyRoles(operator, declared)
  assert.deepEqual(await read(), new Map(declared.map(({ id, fields }) => [id, fields])))
})
