import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { basename, dirname, join } from 'node:path'
import { before, test } from 'node:test'
import { z } from 'zod'
import { connectRest } from '../../../clients/connect.ts'
import { certificateFiles } from '../../../clients/environment.ts'
import { kafkaClient, withProducer } from '../../../clients/kafka.ts'
import { loadConfig } from '../../../tasks/lib/config.ts'
import { until } from '../../../tasks/lib/until.ts'
import { bootstrapped, env, putOtherwise, succeed } from '../platform.ts'

before(bootstrapped)

type Answer = { status: number; text: string }
type Settings = Record<string, string>

/** Calls the worker as a principal; the path goes out as it stands here, nothing normalises it. */
function call(principal: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const files = certificateFiles(env, principal, 'rest-ca')
  const [key, cert, ca] = [files.key, files.cert, files.ca].map((file) => readFileSync(file))
  const { hostname, port } = new URL(env.workers.connect.url)
  return new Promise((resolve, reject) => {
    const type = { 'content-type': 'application/json' }
    const sent = request({ host: hostname, port, path, method, key, cert, ca, agent: false, headers: { ...type, ...headers } }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

const all = loadConfig(env).connectors.connect
const declared = (name: string): Settings => all.find((each) => each.name === name)?.config ?? assert.fail(`${name} is declared`)
const fileSink = declared('catalog-file')
const sinkClass = fileSink['connector.class'] ?? ''
const sourceClass = 'org.apache.kafka.connect.file.FileStreamSourceConnector'
const names = async () => JSON.parse((await call('connect-admin', 'GET', '/connectors?expand=status')).text)

/** @returns what it is refused with */
async function refused(principal: string, ...[method, path, body, headers]: [string, string, unknown?, Settings?]): Promise<string> {
  const { status, text } = await call(principal, method, path, body, headers)
  assert.ok(status >= 400 && status < 500, `${principal} ${method} ${path}: ${status} ${text.slice(0, 300)}`)
  return text
}

test('nobody reads a key through the answer to a validation', async () => {
  const operator = certificateFiles(env, 'operator')
  const validate = `/connector-plugins/${sinkClass}/config/validate`
  for (const principal of ['supervisor', 'connect-admin'])
    for (const file of [operator.bundle, operator.key, join(env.stack, 'certs', 'connect-rest', 'provided', 'password')]) {
      const secret = readFileSync(file, 'utf8').trim()
      const asked = { ...fileSink, name: 'catalog-file', file: `\${directory:${dirname(file)}:${basename(file)}}` }
      const { status, text } = await call(principal, 'PUT', validate, asked)
      assert.ok(!text.includes(JSON.stringify(secret).slice(1, -1)), `${principal} read ${file}`)
      assert.equal(status, 403, text.slice(0, 300))
    }
})

test('the supervisor creates, changes and reads nothing', async () => {
  const keystore = certificateFiles(env, 'product-filter').bundle
  const target = { topics: 'shop.products', file: '/tmp/stolen' }
  const stolen = { ...fileSink, ...target, name: 'stolen', 'consumer.override.ssl.keystore.location': keystore }
  await refused('supervisor', 'POST', '/connectors', { name: 'stolen', config: stolen })
  await refused('supervisor', 'PUT', '/connectors/stolen/config', stolen)
  await refused('supervisor', 'PUT', '/connectors/catalog-file/config', fileSink)
  const of = (...parts: string[]) => parts.map((part) => `/connectors/catalog-file${part}`)
  for (const path of [...of('', '/config', '/tasks', '/tasks-config', '/topics', '/offsets'), '/connector-plugins', '/admin/loggers'])
    await refused('supervisor', 'GET', path)
  for (const query of ['expand=info', 'expand=status&expand=info']) await refused('supervisor', 'GET', `/connectors?${query}`)
  for (const path of of('/pause', '/stop', '/resume', '/topics/reset')) await refused('supervisor', 'PUT', path)
  await refused('supervisor', 'DELETE', '/connectors/catalog-file')
  await refused('supervisor', 'DELETE', '/connectors/catalog-file/offsets')
  await refused('supervisor', 'PUT', '/admin/loggers/root', { level: 'TRACE' })
  assert.ok(!('stolen' in (await names())))
})

test('no way of writing a path or a method leads around the door', async () => {
  const paths = [
    '//connectors/catalog-file', '/connectors//catalog-file', '/connectors/catalog-file/',
    '/connectors/./catalog-file', '/connectors/%63atalog-file', '/connectors;x=y/catalog-file',
    '/connectors/catalog-file;x=y/config', '/connectors/x/restart/../../catalog-file',
    '/connectors/x/%2e%2e/catalog-file', '/connectors/x%2frestart', '/Connectors/catalog-file',
    '/connectors/catalog-file/config?expand=status', '/connectors?expand=status&expand=info',
    '/connectors?expand=statu%73&expand=info', '/connectors?Expand=status',
  ]
  for (const path of paths) await refused('supervisor', 'GET', path)
  for (const method of ['HEAD', 'OPTIONS', 'PATCH', 'TRACE']) await refused('supervisor', method, '/connectors/catalog-file')
  for (const header of ['x-http-method-override', 'x-http-method', 'x-method-override'])
    await refused('supervisor', 'POST', '/connectors/catalog-file?_method=DELETE', undefined, { [header]: 'DELETE' })
  assert.ok('catalog-file' in (await names()))
})

test('only what is declared runs, to the letter, whoever asks', async () => {
  const put = (name: string, config: Settings) => refused('connect-admin', 'PUT', `/connectors/${name}/config`, config)
  const file = join(env.stack, 'data', 'connect', 'other')
  await put('stolen', { ...fileSink, name: 'stolen', file })
  await put('catalog-file', { ...fileSink, file: '/tmp/stolen' })
  await put('catalog-file', { ...fileSink, topics: 'analytics.recommendations' })
  await put('catalog-file', { ...fileSink, 'consumer.override.max.poll.records': '1' })
  await put('catalog-file', { 'connector.class': sourceClass, topic: 'connect.dlq', file: '/etc/hostname' })
  await put('source', { 'connector.class': sourceClass, topic: 'connect.dlq', file: '/etc/hostname' })
  await put('catalog-postgres', { ...declared('catalog-postgres'), 'connection.username': 'operator' })
  await refused('connect-admin', 'POST', '/connectors', { name: 'stolen', config: { ...fileSink, file } })
  const source = { 'connector.class': sourceClass, name: 'source', topic: 'connect.dlq', file: '/etc/hostname' }
  await refused('connect-admin', 'PUT', `/connector-plugins/${sourceClass}/config/validate`, source)
  await refused('connect-admin', 'GET', '/admin/loggers')
  await refused('connect-admin', 'PUT', '/admin/loggers/root', { level: 'TRACE' })
  assert.deepEqual(Object.keys(await names()).sort(), loadConfig(env).connectors.connect.map(({ name }) => name).sort())
})

const states = () => connectRest(env, 'connect', 'supervisor').states()
const stateOf = async (name: string) => (await states())[name]?.status.tasks.map(({ state }) => state).join() ?? 'missing'
const becomes = (name: string, wanted: string) =>
  until({ code: 'TEST', awaited: `${name} ${wanted}`, timeoutMs: 60_000, hint: 'task logs -- connect' }, async () => {
    const seen = await stateOf(name)
    return seen === wanted || seen
  })

const products = JSON.parse(readFileSync(join(env.root, 'data', 'products.json'), 'utf8'))
const [sample] = z.array(z.record(z.string(), z.unknown())).parse(products)
/** Sends a product and waits until it stands in a file of the sink. */
async function arrives(id: string, file: string): Promise<void> {
  const value = JSON.stringify({ ...sample, product_id: id, sku: id })
  const messages = [{ key: id, value }]
  await withProducer(kafkaClient(env, 'shop-api', 'patient'), (producer) => producer.send({ topic: 'shop.products', acks: -1, messages }))
  const isThere = () => existsSync(file) && readFileSync(file, 'utf8').includes(`${id}\t{`)
  const wait = { code: 'TEST', awaited: `${id} in ${file}`, timeoutMs: 60_000, hint: 'task logs -- connect' }
  await until(wait, () => Promise.resolve(isThere() || 'not yet'))
}

test('the supervisor restarts a failed task, which then writes; apply brings back the declared sink, which writes, too', async () => {
  const declaredFile = fileSink.file ?? assert.fail('the sink has a file')
  const folder = join(env.stack, 'data', 'connect', 'later')
  const file = join(folder, 'lines.tsv')
  await putOtherwise('catalog-file', { file })
  await becomes('catalog-file', 'FAILED')
  mkdirSync(folder)
  await connectRest(env, 'connect', 'supervisor').restartFailed('catalog-file')
  await becomes('catalog-file', 'RUNNING')
  assert.equal((await call('supervisor', 'POST', '/connectors/catalog-file/tasks/0/restart')).status, 204)
  await becomes('catalog-file', 'RUNNING')
  await arrives('door-1', file)
  assert.match(await succeed('apply', ['connectors']), /1 change: 1 connectors/)
  appendFileSync(declaredFile, readFileSync(file))
  rmSync(folder, { recursive: true })
  await arrives('door-2', declaredFile)
})

test('a worker hands on what another has let in, with its own certificate, and no more than that', async () => {
  assert.equal((await call('connect-rest', 'PUT', '/connectors/catalog-file/config?forward=false', fileSink)).status, 200)
  await refused('connect-rest', 'PUT', '/connectors/catalog-file/config?forward=false', { ...fileSink, file: '/tmp/stolen' })
  await refused('connect-rest', 'PUT', '/admin/loggers/root?forward=false', { level: 'TRACE' })
  // let in, and refused by Connect: it is not signed
  assert.match(await refused('connect-rest', 'PUT', '/connectors/catalog-file/fence'), /signature/i)
})

test('even what the door would let in has no other identity and reads no file: Connect itself refuses', async () => {
  const key = certificateFiles(env, 'product-filter').bundle
  for (const setting of ['ssl.keystore.location', 'bootstrap.servers', 'sasl.jaas.config', 'interceptor.classes'])
    await assert.rejects(putOtherwise('catalog-file', { [`consumer.override.${setting}`]: key }), /The 'Allowlist' policy does not allow/, setting)
  await assert.rejects(putOtherwise('catalog-file', { 'connector.class': sourceClass, topic: 'connect.dlq' }), /Failed to find any class/)
  assert.deepEqual(JSON.parse(await succeed('plan', ['connectors', '--json'])), [])
})
