import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { farewell, SilenceError, within } from '../../clients/deadline.ts'
import { certificateFiles, loadEnvironment } from '../../clients/environment.ts'
import { callHttps } from '../../clients/https.ts'
import { deniedBy, kafkaError, refusedCertificate } from '../../clients/refusal.ts'
import { issue } from '../../tasks/lib/certificates.ts'

const host = '127.0.0.43'
const stack = mkdtempSync(join(tmpdir(), 'vygodno-silence-'))
const env = loadEnvironment({ ...process.env, VYGODNO_STACK: stack, VYGODNO_HOST: host, COMPOSE_PROFILES: 'core' })
const ports = ['KAFKA_1_PORT', 'KAFKA_2_PORT', 'KAFKA_3_PORT', 'POSTGRES_PORT', 'ALERTMANAGER_PORT', 'ALERT_RECEIVER_PORT'].map((name) => Number(env.variables[name]))

/** Runs a command of the project as a user would. */
function run(program: string, args: string[]): Promise<{ code: number | null; stdout: string; stderr: string; seconds: number }> {
  const started = performance.now()
  const child = spawn(process.execPath, [join(env.build, 'dist', program), ...args], { cwd: env.root, env: { ...process.env, VYGODNO_STACK: stack, VYGODNO_HOST: host, COMPOSE_PROFILES: 'core' }, timeout: 100_000 })
  const [stdout, stderr]: [string[], string[]] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk.toString()))
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (code) => resolve({ code, stdout: stdout.join(''), stderr: stderr.join(''), seconds: (performance.now() - started) / 1_000 })))
}

before(async () => {
  for (const name of ['client-api', 'shop-api', 'moderator', 'operator']) await issue(env, { name, authority: 'platform', isServer: false })
  await issue(env, { name: 'kafka-1', authority: 'platform', isServer: true })
  await issue(env, { name: 'connect-admin', authority: 'rest', isServer: false })
  await issue(env, { name: 'monitor', authority: 'monitoring', isServer: false })
})
after(() => rmSync(stack, { recursive: true, force: true }))

/** Servers on all ports of the stack that take connections and say nothing, before or after the handshake of TLS. */
const silentServers = {
  'take a connection and say nothing': () => createServer(),
  'shake hands and say nothing': () => {
    const { key, cert, ca } = certificateFiles(env, 'kafka-1')
    return createTlsServer({ key: readFileSync(key), cert: readFileSync(cert), ca: readFileSync(ca), requestCert: true })
  },
}

for (const [how, create] of Object.entries(silentServers))
  describe(`where servers ${how}`, () => {
    const sockets = new Set<Socket>()
    const servers: Server[] = []
    before(async () => {
      for (const port of ports) {
        const server = create().on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})))
        servers.push(server)
        await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
      }
    })
    after(() => {
      for (const server of servers) server.close()
      for (const socket of sockets) socket.destroy()
    })

    const cases: [limit: number, expected: RegExp, program: string, args: string[]][] = [
      [10, /POSTGRES_UNREACHABLE/, 'apps/client-api/main.js', ['search', 'чайник']],
      [10, /POSTGRES_UNREACHABLE/, 'apps/client-api/main.js', ['view', '10501']],
      [30, /KAFKA_FAILED/, 'apps/shop-api/main.js', ['send', 'data/products.json']],
      [120, /KAFKA_FAILED/, 'tasks/banned.js', ['list']],
      [90, /KAFKA_FAILED|POSTGRES_UNREACHABLE|CONNECT_FAILED/, 'tasks/plan.js', []],
      [90, /MONITORING_FAILED|CERTIFICATE_REFUSED/, 'tasks/alerts.js', []],
    ]
    test('every command ends within its limit, and names who does not answer', async () => {
      const outcomes = await Promise.all(cases.map(async ([limit, expected, program, args]) => ({ limit, expected, name: `${program} ${args.join(' ')}`, ...(await run(program, args)) })))
      for (const { limit, expected, name, ...seen } of outcomes) {
        assert.equal(seen.code, 1, `${name}: ${seen.stderr}`)
        assert.match(seen.stderr, expected, name)
        // starting Node.js, six at a time on a busy machine, is no part of it
        assert.ok(seen.seconds < limit + 20, `${name} took ${seen.seconds} s`)
      }
    })
  })

test('a server that sends a byte now and then is given up as one that sends none', async (t) => {
  const { key, cert, ca } = certificateFiles(env, 'kafka-1')
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert), ca: readFileSync(ca) }, (socket) => {
    socket.on('error', () => {})
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n')
    const drip = setInterval(() => socket.write('x'), 50)
    socket.on('close', () => clearInterval(drip))
  })
  await new Promise<void>((resolve) => server.listen(19999, host, resolve))
  t.after(() => server.close())
  await assert.rejects(callHttps(new URL(`https://${host}:19999/`), certificateFiles(env, 'operator'), { timeoutMs: 500 }), SilenceError)
})

test('what takes too long is given up, and a farewell keeps nobody', async () => {
  const never = new Promise<never>(() => {})
  await assert.rejects(within(20, 'nobody', never), /^Error: no answer within 0.02 s$/)
  assert.equal(await within(1_000, 'somebody', Promise.resolve(7)), 7)
  await farewell(() => never, 20)
  await farewell(() => Promise.reject(new Error('gone already')))
})

/** As kafkajs throws: what a broker has answered, wrapped. */
const answered = (type: string) => Object.assign(new Error('retries exceeded'), { name: 'KafkaJSNumberOfRetriesExceeded', cause: Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type }) })

test('a denial is told with the right that is missing, whatever kafkajs makes of it', () => {
  const asked = { principal: 'moderator', operation: 'WRITE', topic: 'catalog.bans', group: 'moderator-1', transactionalId: 'moderator-2' } as const
  const coordinator = Object.assign(new Error('Failed to find group coordinator'), { name: 'KafkaJSGroupCoordinatorNotFound' })
  const cases: [unknown, string[], RegExp][] = [
    [answered('TOPIC_AUTHORIZATION_FAILED'), [], /User:moderator to have the right to WRITE topic catalog\.bans/],
    [answered('CLUSTER_AUTHORIZATION_FAILED'), [], /WRITE topic catalog\.bans/],
    [answered('GROUP_AUTHORIZATION_FAILED'), [], /READ group moderator-1/],
    [coordinator, ['Not authorized to access group: Group authorization failed'], /READ group moderator-1/],
    [coordinator, ['Transactional Id authorization failed'], /WRITE transactional id moderator-2/],
  ]
  for (const [error, noted, message] of cases) {
    const seen = deniedBy(error, asked, noted)
    assert.equal(seen?.code, 'KAFKA_DENIED')
    assert.match(seen.message, message)
    assert.match(seen.hint, /^task plan -- acls /)
  }
  // its twins: a coordinator that is only not there, and another answer
  assert.equal(deniedBy(coordinator, asked, ['Connection timeout']), undefined)
  assert.equal(kafkaError(env, answered('LEADER_NOT_AVAILABLE'), asked).code, 'KAFKA_FAILED')
})

test('a topic that is not there is told by name, not as a cluster that does not answer', () => {
  const seen = kafkaError(env, answered('UNKNOWN_TOPIC_OR_PARTITION'), { principal: 'operator', topic: 'catalog.products' })
  assert.deepEqual([seen.code, seen.hint], ['TOPIC_MISSING', 'task plan   names it; task apply   makes it anew'])
  assert.match(seen.message, /expected topic catalog\.products to be there/)
})

test('a certificate that is refused is told as such, with whose it is and how long it is valid', () => {
  const files = certificateFiles(env, 'client-api')
  const thrown = (code: string) => Object.assign(new Error('Connection error'), { name: 'KafkaJSConnectionError', code })
  assert.match(refusedCertificate(thrown('ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN'), 'Kafka', files)?.message ?? '', /Kafka to take the certificate .*client-api\.crt \(valid from 2.* until 2.*\), got: ERR_SSL_SSLV3/)
  assert.match(refusedCertificate(thrown('CERT_HAS_EXPIRED'), 'Kafka', files)?.message ?? '', /Kafka to show a certificate that .*ca\.crt has signed/)
  assert.equal(refusedCertificate(thrown('ECONNREFUSED'), 'Kafka', files), undefined)
})
