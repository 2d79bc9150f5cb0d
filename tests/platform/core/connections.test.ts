import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect, type TLSSocket } from 'node:tls'
import { before, test } from 'node:test'
import { certificateFiles } from '../../../clients/environment.ts'
import { openWire, Writer } from '../../../clients/wire.ts'
import { until } from '../../../tasks/lib/until.ts'
import { bootstrapped, env } from '../platform.ts'

before(bootstrapped)

const [broker = ''] = env.kafka.brokers
const [host = '', port = ''] = broker.split(':')
const apiVersions = 18

const identityOf = (principal: string) => {
  const { key, cert, ca } = certificateFiles(env, principal)
  return { key: readFileSync(key), cert: readFileSync(cert), ca: readFileSync(ca) }
}

/** Connects and says nothing. */
function connectSilently(principal: string): Promise<TLSSocket> {
  const socket = connect({ host, port: Number(port), ...identityOf(principal) })
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', () => resolve(socket)).once('error', reject)
  })
}

/** Whether one more connection is served; a broker tells by an answer, or by ending it. */
async function isServed(principal: string): Promise<boolean> {
  const wire = await openWire(broker, identityOf(principal))
  try {
    await wire.ask(apiVersions, 0, new Writer())
    return true
  } catch (error) {
    assert.match(String(error), /ECONNRESET|ended|closed/)
    return false
  } finally {
    wire.close()
  }
}

const served = (principal: string, wanted: boolean) =>
  until({ code: 'TEST', awaited: `${principal} to be ${wanted ? 'served' : 'refused'}`, timeoutMs: 20_000, hint: '' }, async () => (await isServed(principal)) === wanted || 'not yet')

test('a principal holds so many connections to a broker and no more, also silent ones; others get in', async () => {
  const sockets = await Promise.all(Array.from({ length: 130 }, () => connectSilently('shop-api')))
  try {
    for (const socket of sockets) socket.on('error', () => {})
    await served('shop-api', false)
    await until({ code: 'TEST', awaited: 'all but a hundred to be ended', timeoutMs: 20_000, hint: '' }, async () => {
      const open = sockets.filter(({ destroyed, readableEnded }) => !destroyed && !readableEnded).length
      return open === 100 || `${open} are open`
    })
    for (const other of ['client-api', 'moderator', 'operator']) assert.ok(await isServed(other), other)
  } finally {
    for (const socket of sockets) socket.destroy()
  }
  await served('shop-api', true)
})

test('who may do everything is not bounded: brokers and the operator always get in', async () => {
  const sockets = await Promise.all(Array.from({ length: 130 }, () => connectSilently('operator')))
  try {
    assert.ok(await isServed('operator'))
    assert.equal(sockets.filter(({ destroyed }) => destroyed).length, 0)
  } finally {
    for (const socket of sockets) socket.destroy()
  }
})
