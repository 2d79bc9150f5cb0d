import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { VygodnoError } from '../../clients/errors.ts'
import { withPostgres } from '../../clients/postgres.ts'
import { issue } from '../../tasks/lib/certificates.ts'
import { loadServices } from '../../tasks/lib/compose.ts'
import { loadConfig } from '../../tasks/lib/config.ts'
import type { Context } from '../../tasks/lib/reconcile.ts'
import { diff } from '../../tasks/lib/reconcile.ts'
import { roles } from '../../tasks/lib/resources/roles.ts'
import { schema } from '../../tasks/lib/resources/schema.ts'
import { down, up } from '../../tasks/lib/stack.ts'

const stack = mkdtempSync(join(tmpdir(), 'vygodno-database-'))
const env = loadEnvironment({ ...process.env, VYGODNO_STACK: stack, VYGODNO_HOST: '127.0.0.45', COMPOSE_PROFILES: 'core' })
const services = loadServices(env).filter(({ name }) => name === 'postgres')
const context: Context = { env, config: loadConfig(env), admin: () => assert.fail('no cluster is asked') }

before(async () => {
  await issue(env, { name: 'postgres', authority: 'platform', isServer: true })
  for (const name of ['operator', 'client-api', 'exporter', 'connect']) await issue(env, { name, authority: 'platform', isServer: false })
  await up(env, services)
})
after(async () => {
  await down(env, services)
  rmSync(stack, { recursive: true, force: true })
})

test('an empty server gets the schema and the limits of its roles; drift is planned and healed', async () => {
  for (const resource of [schema, roles]) {
    await resource.apply(context, diff(resource.kind, resource.desired(context), await resource.read(context)))
    assert.deepEqual(diff(resource.kind, resource.desired(context), await resource.read(context)), [])
  }
  await withPostgres(env, 'operator', (db) => db.query('alter role "client-api" connection limit 39'))
  const found = diff('roles', roles.desired(context), await roles.read(context))
  assert.deepEqual(found, [{ kind: 'roles', action: 'update', id: 'client-api', fields: [{ name: 'connections', from: '39', to: '16' }] }])
  await roles.apply(context, found)
  assert.deepEqual(diff('roles', roles.desired(context), await roles.read(context)), [])
})

test('a role enters the one database of the platform, and no other', async () => {
  for (const role of ['client-api', 'exporter', 'connect']) {
    await withPostgres(env, role, (db) => db.query('select 1'))
    for (const database of ['postgres', 'template1'])
      await assert.rejects(
        withPostgres({ ...env, postgres: { ...env.postgres, database } }, role, (db) => db.query('select 1')),
        (error: unknown) => error instanceof VygodnoError && /no pg_hba.conf entry/.test(error.message),
        `${role} in ${database}`,
      )
  }
})
