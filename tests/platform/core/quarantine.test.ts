import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { before, test } from 'node:test'
import { kafkaClient, readTopic, withProducer } from '../../../clients/kafka.ts'
import { enabledServices } from '../../../tasks/lib/compose.ts'
import { jdkProgram } from '../../../tasks/lib/jdk.ts'
import { inSync } from '../../../tasks/lib/rotation.ts'
import { processOf, restart } from '../../../tasks/lib/stack.ts'
import { until } from '../../../tasks/lib/until.ts'
import { sendBatch } from '../bombs.ts'
import { alterTopic, bootstrapped, env, run, succeed } from '../platform.ts'

before(bootstrapped)

const operator = kafkaClient(env, 'operator')
const [sample] = JSON.parse(readFileSync(join(env.root, 'data', 'products.json'), 'utf8'))
const services = enabledServices(env)
const filter = services.find(({ name }) => name === 'product-filter')
const partition = 2

async function sendProduct(id: string): Promise<void> {
  const message = { partition, key: id, value: JSON.stringify({ ...sample, product_id: id, sku: id }) }
  await withProducer(kafkaClient(env, 'shop-api'), (producer) => producer.send({ topic: 'shop.products', messages: [message] }))
}

async function keysOf(topic: string): Promise<string[]> {
  const keys: string[] = []
  await readTopic(operator, 'operator', topic, ({ key }) => void (key !== null && keys.push(key)))
  return keys
}

const listed = (id: string) =>
  until({ code: 'TEST', awaited: `${id} in catalog.products`, timeoutMs: 90_000, hint: '' }, async () =>
    keysOf('catalog.products').then((keys) => keys.includes(id) || 'not yet', String))

/** As before there were bounds: brokers that are started without Kafka's changed classes, and a topic that is kept as it was sent. */
async function withoutBounds(work: () => Promise<void>): Promise<void> {
  const jars = join(env.build, 'jars', 'bounds')
  const restartBrokers = async () => {
    for (const service of services.filter(({ probe }) => probe?.kind === 'kafka')) {
      await restart(env, service)
      await inSync(env, service, () => {})
    }
  }
  const classes = mkdtempSync(join(tmpdir(), 'vygodno-bounds-'))
  const jar = (...args: string[]) => execFileSync(join(dirname(jdkProgram('javac')), 'jar'), args, { cwd: classes })
  const [name = ''] = readdirSync(jars)
  renameSync(jars, `${jars}.away`)
  try {
    mkdirSync(jars)
    jar('xf', join(`${jars}.away`, name), 'ru')
    jar('cf', join(jars, name), 'ru')
    await alterTopic('shop.products', { 'compression.type': 'producer' })
    await restartBrokers()
    await work()
  } finally {
    rmSync(jars, { recursive: true })
    renameSync(`${jars}.away`, jars)
    rmSync(classes, { recursive: true })
    await alterTopic('shop.products', {})
    await restartBrokers()
  }
}

test('a bomb that is older than the bounds stops the filter by its name, and quarantine is the way past it', async () => {
  assert.ok(filter)
  const [ahead, bomb, behind] = ['ahead', 'bomb', 'behind'].map((name) => `quarantine-${name}-${Date.now()}`) as [string, string, string]
  await sendProduct(ahead)
  await listed(ahead)
  let offset = ''
  await withoutBounds(async () => {
    offset = await sendBatch({ principal: 'shop-api', topic: 'shop.products', partition, codec: 'gzip' }, [{ key: bomb, blanks: 300_000_000 }])
    await sendProduct(behind)
    await until({ code: 'TEST', awaited: 'the filter to stop', timeoutMs: 60_000, hint: '' }, async () => !processOf(env, filter) || 'runs')
  })
  const log = readFileSync(filter.folders.log, 'utf8')
  assert.match(log, new RegExp(`next record from shop\\.products-${partition}\\.`))
  assert.match(log, new RegExp(`the batch that begins with offset ${offset} is compressed and holds more than`))

  const said: unknown = JSON.parse(await succeed('quarantine', ['shop.products', String(partition), offset, '--json']))
  assert.ok(typeof said === 'object' && said !== null && 'file' in said && typeof said.file === 'string')
  const { file, bytes, ...facts } = said as { file: string; bytes: number }
  const lost = [{ offset, key: bomb, bytes: 300_000_010 + bomb.length }]
  const where = { cluster: 'primary', topic: 'shop.products', partition, from: offset, to: offset }
  assert.deepEqual(facts, { ...where, records: 1, codec: 'gzip', lost })
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
  assert.ok(typeof kept === 'object' && kept !== null && 'batch' in kept && typeof kept.batch === 'string')
  assert.equal(Buffer.from(kept.batch, 'base64').length, bytes)

  await listed(behind)
  const keys = await keysOf('shop.products')
  assert.ok(keys.includes(ahead) && keys.includes(behind) && !keys.includes(bomb))
})

test('a filter that has lost its state gets past the place, too, and no replica lacks anything', async () => {
  assert.ok(filter)
  await restart(env, filter, () => rmSync(join(filter.folders.data, 'state'), { recursive: true, force: true }))
  const id = `quarantine-later-${Date.now()}`
  await sendProduct(id)
  await listed(id)
  // what is wrong stands in the message
  await succeed('check', ['topics', 'filter', 'storage'])
})

test('quarantine changes nothing where there is nothing to take out, and says so', async () => {
  for (const [args, code] of [
    [['shop.products', '2', '999999999'], 'NO_SUCH_RECORD'],
    [['shop.products', '17', '0'], 'NO_SUCH_PARTITION'],
    [['shop.product', '0', '0'], 'NO_SUCH_PARTITION'],
  ] as const) {
    const { code: exit, stderr } = await run('quarantine', [...args])
    assert.equal(exit, 2)
    assert.match(stderr, new RegExp(code))
  }
})
