import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import pg from 'pg'
import { certificateFiles } from '../../../clients/environment.ts'
import { kafkaClient, withAdmin, withProducer } from '../../../clients/kafka.ts'
import { withPostgres } from '../../../clients/postgres.ts'
import { issue } from '../../../tasks/lib/certificates.ts'
import { attemptTls } from '../../../tasks/lib/tls.ts'
import { bootstrapped, env } from '../platform.ts'

before(bootstrapped)

const listeners = [...env.kafka.brokers, ...[1, 2, 3].map((id) => `${env.host}:${env.variables[`KAFKA_${id}_CONTROLLER_PORT`]}`)]

test('every Kafka listener, controllers included, answers our certificate and refuses another CA’s', async (t) => {
  const stack = mkdtempSync(join(tmpdir(), 'vygodno-foreign-'))
  t.after(() => rmSync(stack, { recursive: true }))
  await issue({ ...env, stack }, { name: 'operator', authority: 'platform', isServer: false })
  const ours = certificateFiles(env, 'operator')
  const foreign = { ...certificateFiles({ ...env, stack }, 'operator'), ca: ours.ca }
  for (const listener of listeners) {
    assert.equal((await attemptTls(listener, ours)).outcome, 'answered', listener)
    const refused = await attemptTls(listener, foreign)
    assert.ok(refused.outcome === 'refused' && /ALERT/.test(refused.code), `${listener}: ${JSON.stringify(refused)}`)
  }
})

test('no listener answers plaintext', async () => {
  for (const listener of listeners) {
    const [host = '', port = ''] = listener.split(':')
    const seen = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), host, () => socket.write(Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 255, 255])))
      const bytes: Buffer[] = []
      socket.on('data', (chunk) => bytes.push(chunk))
      socket.on('error', (error) => resolve(error.message))
      // a TLS alert (record type 21, RFC 8446) or nothing at all, then the end
      socket.on('close', () => resolve(bytes.length === 0 || bytes[0]?.[0] === 21 ? 'closed' : 'answered'))
      socket.setTimeout(10_000, () => resolve('silent'))
    })
    assert.match(seen, /closed|ECONNRESET/, listener)
  }
})

test('a principal may do what is declared and nothing else', async () => {
  const send = (principal: string, topic: string) =>
    withProducer(kafkaClient(env, principal, 'quick'), (producer) => producer.send({ topic, acks: -1, messages: [{ key: 'access-test', value: null }] }))
  await send('shop-api', 'shop.products')
  await assert.rejects(send('shop-api', 'catalog.products'), /Not authorized to access topics/)
  await assert.rejects(send('client-api', 'shop.products'), /Not authorized to access topics/)
  const create = (principal: string, topic: string) => withAdmin(kafkaClient(env, principal, 'quick'), (admin) => admin.createTopics({ topics: [{ topic, numPartitions: 1 }] }))
  await assert.rejects(create('shop-api', 'shop.own'), ({ errors }: AggregateError) => errors.every(({ type }) => type === 'TOPIC_AUTHORIZATION_FAILED'))
})

test('Connect REST takes certificates of its own CA only', async () => {
  const ca = readFileSync(join(env.stack, 'certs', 'rest-ca.crt'))
  const get = (principal?: string) =>
    new Promise<string>((resolve) => {
      const files = principal ? certificateFiles(env, principal) : undefined
      const call = request(env.workers.connect.url, { ca, agent: false, ...(files ? { key: readFileSync(files.key), cert: readFileSync(files.cert) } : {}) }, (response) => {
        response.resume()
        resolve(String(response.statusCode))
      })
      call.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      call.end()
    })
  assert.equal(await get('connect-admin'), '200')
  assert.match(await get('operator'), /ALERT|ECONNRESET/)
  assert.match(await get(), /ALERT|ECONNRESET/)
})

test('PostgreSQL takes the certificate of the role only; the client reads and can’t write, the sink writes its table only', async () => {
  await withPostgres(env, 'client-api', (db) => db.query('select count(*) from products'))
  const files = certificateFiles(env, 'client-api')
  const ssl = { key: readFileSync(files.key), cert: readFileSync(files.cert), ca: readFileSync(files.ca) }
  const login = async (options: pg.ClientConfig) => {
    const db = new pg.Client({ ...env.postgres, ...options })
    await db.connect()
    await db.end()
  }
  await login({ user: 'client-api', ssl })
  await assert.rejects(login({ user: 'operator', ssl }), /certificate authentication failed/)
  await assert.rejects(login({ user: 'client-api', ssl: { ca: ssl.ca } }), /certificate/)
  await assert.rejects(login({ user: 'client-api' }), /no pg_hba.conf entry|no encryption/)
  const denied = (principal: string, sql: string) =>
    withPostgres(env, principal, async (db) => {
      // a role may be read-only by default, which it could lift itself: the rights must not be there
      await db.query('set session characteristics as transaction read write')
      await assert.rejects(db.query(sql), /permission denied/)
    })
  for (const principal of ['client-api', 'connect']) await denied(principal, 'create table mine (x int)')
  await denied('client-api', 'delete from products')
  await denied('connect', 'select * from schema_versions')
})
