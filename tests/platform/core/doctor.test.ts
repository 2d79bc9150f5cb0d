import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { connectRest } from '../../../clients/connect.ts'
import { kafkaClient } from '../../../clients/kafka.ts'
import { loadServices } from '../../../tasks/lib/compose.ts'
import { signalGroup } from '../../../tasks/lib/processes.ts'
import { processOf } from '../../../tasks/lib/stack.ts'
import { until } from '../../../tasks/lib/until.ts'
import { alterTopic, bootstrapped, env, run, succeed } from '../platform.ts'

before(bootstrapped)

type Finding = { kind: string; what: string; since?: string; why?: string; mend: string }

async function findings(): Promise<Finding[]> {
  const { code, stdout, stderr } = await run('doctor', ['--json'])
  const { findings: found } = JSON.parse(stdout)
  assert.equal(code, found.some(({ kind }: Finding) => kind !== 'soon') ? 4 : 0, stderr)
  // a disk that is nearly full is the machine's
  return found.filter(({ kind }: Finding) => kind !== 'soon')
}

/** Finds exactly this, as soon as the platform shows it. */
const finds = (what: RegExp, mend: RegExp) =>
  until({ code: 'TEST', awaited: `${what}`, timeoutMs: 60_000, hint: '' }, async () => {
    const found = await findings()
    const all = found.map((each) => `${each.kind} ${each.what}: ${each.why} → ${each.mend}`).join('; ')
    return (found.length === 1 && found.every((each) => what.test(each.what) && mend.test(each.mend))) || all
  })

const findsNothing = () =>
  until({ code: 'TEST', awaited: 'no findings', timeoutMs: 60_000, hint: '' }, async () => {
    const found = await findings()
    return found.length === 0 || JSON.stringify(found)
  })

const serviceOf = (name: string) => loadServices(env).find((service) => service.name === name) ?? assert.fail(name)
const processNamed = (name: string) => processOf(env, serviceOf(name)) ?? assert.fail(`${name} runs`)

test('a platform that is right has no findings, and whoever looks is told so', async () => {
  assert.deepEqual(await findings(), [])
  assert.match((await run('doctor')).stderr, /nothing is wrong/)
})

test('a service that was killed, and one that a signal has stopped, are named alone, each with what mends it', async () => {
  signalGroup(processNamed('connect'), 'SIGKILL')
  await finds(/^connect does not run$/, /^task up$/)
  const [down] = await findings()
  assert.ok(Date.parse(down?.since ?? '') > Date.now() - 600_000, down?.since)
  assert.match(down?.why ?? '', /it last said: /)
  await succeed('up')
  const filter = processNamed('product-filter')
  signalGroup(filter, 'SIGSTOP')
  try {
    await finds(/^product-filter is stopped by a signal \(pid \d+\)$/, new RegExp(`^kill -CONT ${filter.pid}$`))
  } finally {
    signalGroup(filter, 'SIGCONT')
  }
})

test('what was changed by hand and a connector that was stopped are named, with the command that puts them back', async () => {
  await alterTopic('client.events', { 'retention.ms': '1000000' })
  await finds(/^the platform is not as declared: 1 change: 1 topics$/, /^task apply$/)
  await alterTopic('client.events', {})
  await connectRest(env, 'connect').stop('catalog-file')
  await until({ code: 'TEST', awaited: 'the connector', timeoutMs: 60_000, hint: '' }, async () => {
    const found = await findings()
    return found.some(({ what, mend }) => /^connect: connector catalog-file is STOPPED$/.test(what) && mend.startsWith('task apply -- connectors')) || JSON.stringify(found)
  })
  await succeed('apply', ['connectors'])
  await findsNothing()
})

test('whoever holds a transaction open is named, with since when', async () => {
  const producer = kafkaClient(env, 'moderator').producer({ idempotent: true, maxInFlightRequests: 1, transactionalId: 'moderator-doctor', transactionTimeout: 60_000 })
  await producer.connect()
  const transaction = await producer.transaction()
  try {
    await transaction.send({ topic: 'catalog.owners', messages: [{ key: 'doctor', value: null }] })
    await finds(/^moderator-doctor holds a transaction open on catalog\.owners/, /60 s after its beginning/)
  } finally {
    await transaction.abort()
    await producer.disconnect()
  }
  await findsNothing()
})
