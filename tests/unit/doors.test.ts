import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as requestHttp } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { request as requestHttps, type RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { asLine } from '../../apps/alert-receiver/notification.ts'
import { openStore } from '../../apps/alert-receiver/store.ts'
import { serve } from '../../apps/dashboard/server.ts'
import { certificateFiles, loadEnvironment } from '../../clients/environment.ts'
import { serveHttps } from '../../clients/https.ts'
import { issue } from '../../tasks/lib/certificates.ts'

const host = '127.0.25.2'
const stack = mkdtempSync(join(tmpdir(), 'vygodno-doors-'))
const env = loadEnvironment({ VYGODNO_STACK: stack, VYGODNO_HOST: host, DASHBOARD_PORT: String(await freePort()) })
after(() => rmSync(stack, { recursive: true, force: true }))
before(async () => {
  await issue(env, { name: 'alert-receiver', authority: 'monitoring', isServer: true })
  for (const name of ['alertmanager', 'monitor']) await issue(env, { name, authority: 'monitoring', isServer: false })
})

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, host, resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

type Send = (url: string, options: RequestOptions) => ReturnType<typeof requestHttp>
const ask = (send: Send, url: string, options: RequestOptions) =>
  new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    send(url, { agent: false, ...options }).on('error', reject).on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => resolve({ status: response.statusCode, text }))
    }).end()
  })

test('the dashboard answers to its own address, and not to the name of somebody else’s page', async () => {
  const url = await serve(env, async () => ({ status: 200, text: '{}' }))
  const get = (named?: string) => ask(requestHttp, `${url}dashboards.json`, named === undefined ? {} : { headers: { host: named } })
  assert.equal((await get()).status, 200)
  const { port } = new URL(url)
  for (const named of [`evil.example:${port}`, 'evil.example', host, `${host}:1`, `${host}:${port}.evil.example`])
    assert.equal((await get(named)).status, 421, named)
})

test('a program of ours learns who calls, and answers to its own address only', async () => {
  const port = await freePort()
  await serveHttps(host, port, certificateFiles(env, 'alert-receiver', 'monitoring-ca'), async ({ peer }) => ({ status: 200, text: peer }))
  const get = (principal: string, headers = {}) => {
    const { key, cert, ca } = certificateFiles(env, principal, 'monitoring-ca')
    return ask(requestHttps, `https://${host}:${port}/`, { headers, servername: 'localhost', key: readFileSync(key), cert: readFileSync(cert), ca: readFileSync(ca) })
  }
  assert.deepEqual(await get('alertmanager'), { status: 200, text: 'alertmanager' })
  assert.deepEqual(await get('monitor'), { status: 200, text: 'monitor' })
  assert.equal((await get('monitor', { host: `evil.example:${port}` })).status, 421)
})

test('a line break or a control code in an alert forges no line', () => {
  const forged = 'all is well\n2026-03-01T00:00:00Z FIRING critical Forged: x\u001b[2J\u2028\u0085end'
  const alert = { status: 'firing' as const, labels: { alertname: 'True', instance: forged }, annotations: { summary: forged }, startsAt: '', endsAt: '', fingerprint: '' }
  const unruly = /[\p{Cc}\u2028]/u
  assert.doesNotMatch(asLine(alert), unruly)
  assert.match(asLine(alert), /all is well\\u000a2026/)
  const file = join(stack, 'alerts.jsonl')
  openStore(file).add({ ...alert, receivedAt: '2026-03-01T00:00:00Z' })
  const text = readFileSync(file, 'utf8')
  assert.doesNotMatch(text.slice(0, -1), unruly)
  assert.deepEqual(JSON.parse(text).annotations, alert.annotations)
})
