import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { certificateFiles, loadEnvironment } from '../../clients/environment.ts'
import { callHttps } from '../../clients/https.ts'
import { issue } from '../../tasks/lib/certificates.ts'
import { monitoring as monitoringChecks } from '../../tasks/lib/checks/monitoring.ts'
import { loadServices } from '../../tasks/lib/compose.ts'
import { loadConfig } from '../../tasks/lib/config.ts'
import { monitoring } from '../../tasks/lib/monitoring.ts'
import { down, up } from '../../tasks/lib/stack.ts'
import { covers, lift, requireAlert, silencesInForce } from '../../tasks/lib/silences.ts'
import { sendTestAlert } from '../../tasks/lib/test-alert.ts'
import { findTool } from '../../tasks/lib/tools.ts'
import { until } from '../../tasks/lib/until.ts'

const token = '123456:stand-in-for-a-real-token'
const messageShape = z.object({ chat_id: z.string(), text: z.string(), parse_mode: z.literal('HTML') })
type Message = z.infer<typeof messageShape>

/** Stands in for the Bot API: takes one token, as the real one answers (https://core.telegram.org/bots/api#making-requests). */
function standIn(messages: Message[]): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const isKnown = request.url === `/bot${token}/sendMessage`
      if (isKnown) messages.push(messageShape.parse(JSON.parse(Buffer.concat(chunks).toString())))
      response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' })
      response.end(JSON.stringify(isKnown ? { ok: true, result: {} } : { ok: false, error_code: 401, description: 'Unauthorized' }))
    })
  })
}

const stack = mkdtempSync(join(tmpdir(), 'vygodno-alerting-'))
const messages: Message[] = []
const botApi = standIn(messages)
const skip = findTool(loadEnvironment({}), 'alertmanager') ? false : 'this machine has no Alertmanager'

describe('alerts on their way to people', { skip }, () => {
  // the receiver reads its surroundings as every program does
  const surroundings = { VYGODNO_STACK: stack, VYGODNO_HOST: '127.0.0.41', TELEGRAM_API: '' }
  const load = () => loadEnvironment({ ...process.env, ...surroundings })
  const services = () => loadServices(load()).filter(({ name }) => name === 'alertmanager' || name === 'alert-receiver')
  const nothing = () => {}
  const configure = (secret: string) => {
    mkdirSync(join(stack, 'secrets'), { recursive: true })
    writeFileSync(join(stack, 'secrets', 'telegram.token'), `${secret}\n`, { mode: 0o600 })
    writeFileSync(join(stack, 'secrets', 'telegram.chat'), '-1001234567890\n', { mode: 0o600 })
  }
  const logs = () => ['alertmanager', 'alert-receiver'].map((name) => readFileSync(join(stack, 'logs', `${name}.log`), 'utf8')).join('\n')

  before(async () => {
    await new Promise<void>((resolve) => botApi.listen(0, '127.0.0.41', resolve))
    surroundings.TELEGRAM_API = `http://127.0.0.41:${(botApi.address() as AddressInfo).port}`
    Object.assign(process.env, surroundings)
    for (const [name, isServer] of [['alertmanager', true], ['alert-receiver', true], ['monitor', false]] as const) await issue(load(), { name, authority: 'monitoring', isServer })
    await issue(load(), { name: 'operator', authority: 'platform', isServer: false })
    await up(load(), services())
  })
  after(async () => {
    // first: a file with an open server never ends, whatever else fails
    botApi.close()
    await down(load(), services())
    rmSync(stack, { recursive: true, force: true })
  })

  test('alerts are taken from Alertmanager alone: who may read them can’t make them up', async () => {
    const post = (principal: string, path: string) => callHttps(new URL(`https://${load().host}:${load().variables.ALERT_RECEIVER_PORT}${path}`), certificateFiles(load(), principal, 'monitoring-ca'), { method: 'POST', body: { version: '4', alerts: [] } })
    for (const path of ['/alerts', '/telegram']) {
      assert.deepEqual(await post('monitor', path), { status: 403, text: 'expected the certificate of alertmanager, got that of monitor' })
      assert.equal((await post('alertmanager', path)).status, 200)
    }
  })

  test('without a token they are stored, and it is said that Telegram is not configured', async () => {
    const outcome = await sendTestAlert(load(), nothing)
    assert.equal(outcome.telegram, 'not configured')
    assert.ok(outcome.firingMs < 5_000 && outcome.resolvedMs < 10_000, JSON.stringify(outcome))
    assert.deepEqual(messages, [])
    assert.match(logs(), /FIRING warning TestAlert test=\S+: a test alert\n/)
  })

  test('with a token people get a message when it begins and another when it is over', async () => {
    configure(token)
    assert.equal((await sendTestAlert(load(), nothing)).telegram, 'delivered')
    await until({ code: 'T', awaited: 'both messages', timeoutMs: 10_000, hint: '' }, async () => messages.length >= 2 || `${messages.length}`)
    const [begun, over] = messages
    assert.equal(begun?.chat_id, '-1001234567890')
    assert.match(begun?.text ?? '', /^🟠 FIRING · warning\n<b>a test alert<\/b>\nSomebody has run task alerts -- test\. Nothing is wrong\.\nTestAlert · test: \S+\nsince 2\d{3}-.* UTC$/)
    assert.match(over?.text ?? '', /^🟢 RESOLVED\n<b>a test alert<\/b>\nTestAlert · test: \S+\n2\d{3}-.* UTC, after \d+ s$/)
  })

  test('what a silence covers reaches nobody, another alert does', async () => {
    const { post, silence, active } = monitoring(load())
    const alert = (alertname: string) => ({ labels: { alertname, severity: 'critical' }, annotations: { summary: `${alertname} <&>`, description: '' }, startsAt: new Date().toISOString() })
    await silence('Silenced', 5, 'test', 'test')
    const before = messages.length
    await post([alert('Silenced')])
    await post([alert('Heard')])
    await until({ code: 'T', awaited: 'the alert that is not silenced', timeoutMs: 10_000, hint: '' }, async () => messages.length > before || 'nothing')
    assert.match(messages[before]?.text ?? '', /🔴 FIRING · critical\n<b>Heard &lt;&amp;&gt;<\/b>/)
    const silenced = (await active()).find(({ labels }) => labels.alertname === 'Silenced')
    assert.equal(silenced?.status.silencedBy.length, 1)
    assert.equal(messages.filter(({ text }) => text.includes('Silenced')).length, 0)
  })

  test('silences are listed, whoever set them, and lifted by name or by id', async () => {
    const env = load()
    await lift(env, 'Silenced')
    const set = (matchers: unknown[], endsInMs = 60_000) =>
      callHttps(new URL(`https://${env.host}:${env.variables.ALERTMANAGER_PORT}/api/v2/silences`), certificateFiles(env, 'monitor', 'monitoring-ca'), {
        method: 'POST',
        body: { matchers, startsAt: new Date(), endsAt: new Date(Date.now() + endsInMs), createdBy: 'somebody else', comment: 'in the web interface' },
      })
    await set([{ name: 'alertname', value: 'Broker.*', isRegex: true, isEqual: true }])
    const { silence } = monitoring(env)
    const [first, second] = [await silence('BrokerDown', 5, 'test', 'one'), await silence('BrokerDown', 10, 'test', 'two')]
    const shown = async () => (await silencesInForce(env)).map((each) => covers(each))
    assert.deepEqual(await shown(), ['alertname=~"Broker.*"', 'BrokerDown', 'BrokerDown'])
    assert.deepEqual((await lift(env, second)).map(({ id }) => id), [second])
    // a name lifts what covers it exactly; what covers more is lifted by its id
    assert.deepEqual((await lift(env, 'BrokerDown')).map(({ id }) => id), [first])
    await assert.rejects(lift(env, 'BrokerDown'), /in force: alertname=~"Broker\.\*" \(/)
    const [regex] = await silencesInForce(env)
    await lift(env, regex?.id ?? '')
    assert.deepEqual(await shown(), [])
  })

  test('a silence is of an alert that there is, and never of the watchdog', () => {
    requireAlert(load(), 'BrokerDown')
    for (const [name, expected] of [['BrokerDwon', /did you mean "BrokerDown"/], ['Watchdog', /other than Watchdog/], ['', /expected one of/], ['brokerdown', /expected one of/], ['BrokerDown ', /got "BrokerDown "/]] as const)
      assert.throws(() => requireAlert(load(), name), (error: Error & { code?: string }) => error.code === 'ALERT_UNKNOWN' && expected.test(error.message), name)
  })

  test('a wrong token fails the test alert with what Telegram said, and the token stands nowhere', async () => {
    for (const [secret, seen] of [['123456:another-token-that-is-wrong', /401 Unauthorized/], ['not a token at all', /expected a token of the form/]] as const) {
      configure(secret)
      await assert.rejects(sendTestAlert(load(), nothing), (error: Error & { code?: string; exitCode?: number }) => {
        assert.equal(error.code, 'TELEGRAM_FAILED')
        assert.equal(error.exitCode, 4)
        assert.match(error.message, seen)
        return true
      })
      assert.ok(!logs().includes(secret))
    }
    assert.match(logs(), /telegram: the Bot API refused: 401 Unauthorized/)
    assert.ok(!logs().includes(token))
  })

  test('task check -- monitoring is red as long as the token is wrong', async () => {
    configure('123456:another-token-that-is-wrong')
    const results = await monitoringChecks.run({ env: load(), config: loadConfig(load()), services: services(), progress: () => {} })
    const { outcome, seen } = results.find(({ name }) => name === 'Telegram takes messages, where it is configured') ?? assert.fail('there is such a check')
    assert.equal(outcome, 'contradicted')
    // of the last message, which was sent with another wrong one
    assert.match(seen, /expected a token of the form|401 Unauthorized/)
    assert.ok(!seen.includes('another-token'))
  })

  test('only certificates of the monitoring CA are let in', async () => {
    for (const port of ['ALERTMANAGER_PORT', 'ALERT_RECEIVER_PORT']) {
      const url = new URL(`https://${load().host}:${load().variables[port]}/-/ready`)
      const trusted = certificateFiles(load(), 'monitor', 'monitoring-ca')
      assert.equal((await callHttps(url, trusted)).status, 200)
      await assert.rejects(callHttps(url, { ...certificateFiles(load(), 'operator'), ca: trusted.ca }), /ECONNRESET|alert|socket hang up/i)
    }
  })
})
