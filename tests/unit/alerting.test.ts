import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
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
import { atAlertmanager, atTheReceiver } from '../../tasks/lib/checks/abuse-http.ts'
import { prove } from '../../tasks/lib/checks/check.ts'
import { monitoring as monitoringChecks } from '../../tasks/lib/checks/monitoring.ts'
import { principalsOf } from '../../tasks/lib/checks/sites.ts'
import { loadServices } from '../../tasks/lib/compose.ts'
import { loadConfig } from '../../tasks/lib/config.ts'
import { monitoring, onCall } from '../../tasks/lib/monitoring.ts'
import { signalGroup } from '../../tasks/lib/processes.ts'
import { wantedCertificates } from '../../tasks/lib/resources/certs.ts'
import { down, processOf, up } from '../../tasks/lib/stack.ts'
import { covers, excesses, lift, requireAlert, silencesInForce } from '../../tasks/lib/silences.ts'
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
  const of = (name: string) => services().find((service) => service.name === name) ?? assert.fail(name)
  const nothing = () => {}
  const configure = (secret: string) => {
    mkdirSync(join(stack, 'secrets'), { recursive: true })
    writeFileSync(join(stack, 'secrets', 'telegram.token'), `${secret}\n`, { mode: 0o600 })
    writeFileSync(join(stack, 'secrets', 'telegram.chat'), '-1001234567890\n', { mode: 0o600 })
  }
  const subject = () => ({ env: load(), config: loadConfig(load()), services: services(), progress: nothing })
  const logs = () => ['alertmanager', 'alert-receiver'].map((name) => readFileSync(join(stack, 'logs', `${name}.log`), 'utf8')).join('\n')

  before(async () => {
    await new Promise<void>((resolve) => botApi.listen(0, '127.0.0.41', resolve))
    surroundings.TELEGRAM_API = `http://127.0.0.41:${(botApi.address() as AddressInfo).port}`
    Object.assign(process.env, surroundings)
    // all that there are, to be tried
    for (const each of wantedCertificates(loadConfig(load())))
      if (each.authority === 'monitoring' || each.authority === 'alerting') await issue(load(), each)
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
    const { active } = monitoring(load())
    const { post, silence } = onCall(load())
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
      callHttps(new URL(`https://${env.host}:${env.variables.ALERTMANAGER_PORT}/api/v2/silences`), certificateFiles(env, 'on-call', 'alerting-ca'), {
        method: 'POST',
        body: { matchers, startsAt: new Date(), endsAt: new Date(Date.now() + endsInMs), createdBy: 'somebody else', comment: 'in the web interface' },
      })
    await set([{ name: 'alertname', value: 'Broker.*', isRegex: true, isEqual: true }])
    const { silence } = onCall(env)
    const [first, second] = [await silence('BrokerDown', 5, 'test', 'one'), await silence('BrokerDown', 10, 'test', 'two')]
    const shown = async () => (await silencesInForce(monitoring(env))).map((each) => covers(each))
    assert.deepEqual(await shown(), ['alertname=~"Broker.*"', 'BrokerDown', 'BrokerDown'])
    assert.deepEqual((await lift(env, second)).map(({ id }) => id), [second])
    // a name lifts what covers it exactly; what covers more is lifted by its id
    assert.deepEqual((await lift(env, 'BrokerDown')).map(({ id }) => id), [first])
    await assert.rejects(lift(env, 'BrokerDown'), /in force: alertname=~"Broker\.\*" \(/)
    // gone meanwhile: that is told as what it is
    await assert.rejects(onCall(env).unsilence(randomUUID()), (error: Error & { hint?: string }) => {
      assert.match(error.message, /^expected alertmanager at .*, got: \d+/)
      return error.hint !== 'task up'
    })
    const [regex] = await silencesInForce(onCall(env))
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
    const results = await monitoringChecks.run(subject())
    const { outcome, seen } = results.find(({ name }) => name === 'Telegram takes messages, where it is configured') ?? assert.fail('there is such a check')
    assert.equal(outcome, 'contradicted')
    // of the last message, which was sent with another wrong one
    assert.match(seen, /expected a token of the form|401 Unauthorized/)
    assert.ok(!seen.includes('another-token'))
  })

  test('reading and silencing are two rights: no certificate of the monitoring CA silences everything, or makes up an alert', async () => {
    const env = load()
    const readers = principalsOf(loadConfig(env), 'monitoring')
    assert.ok(readers.includes('monitor') && readers.includes('alertmanager') && readers.length >= 6, readers.join())
    const matchers = [{ name: 'alertname', value: '.+', isRegex: true, isEqual: true }]
    const until2036 = { startsAt: new Date(), endsAt: '2036-01-01T00:00:00Z' }
    const everything = { matchers, ...until2036, createdBy: 'monitor', comment: 'nothing is wrong' }
    const forged = [{ labels: { alertname: 'Forged', severity: 'critical' }, annotations: { summary: '' }, startsAt: new Date() }]
    const attempts = [['/api/v2/silences', everything], ['/api/v2/alerts', forged]] as const
    const base = `https://${env.host}:${env.variables.ALERTMANAGER_PORT}`
    const post = (principal: string, path: string, body: unknown) =>
      callHttps(new URL(path, base), certificateFiles(env, principal, 'alerting-ca'), { method: 'POST', body })
    for (const principal of [...readers, 'operator'])
      for (const [path, body] of attempts)
        await assert.rejects(post(principal, path, body), /alert bad certificate/i, `${principal} ${path}`)
    assert.deepEqual(await silencesInForce(onCall(env)), [])
    // who may does the same, and lifts it again
    for (const [path, body] of attempts) assert.equal((await post('on-call', path, body)).status, 200, path)
    const [found] = await silencesInForce(monitoring(env))
    assert.deepEqual(found && excesses(found), ['covers Watchdog', 'lasts longer than a week'])
    const posted = (await monitoring(env).active()).find(({ labels }) => labels.alertname === 'Forged')
    assert.equal(posted?.status.state, 'suppressed')
    await lift(env, found?.id ?? '')
  })

  test('the receiver lets others read, and nothing more', async () => {
    const env = load()
    const base = `https://${env.host}:${env.variables.ALERT_RECEIVER_PORT}`
    const call = (path: string, method = 'GET') =>
      callHttps(new URL(path, base), certificateFiles(env, 'monitor', 'monitoring-ca'), { method })
    const { silence } = onCall(env)
    const id = await silence('ReadOnly', 1, 'test', 'test')
    // nothing of the question but its path counts
    for (const path of ['/silences', '/silences?filter=alertname=%22None%22', '/active/../silences'])
      assert.match((await call(path)).text, new RegExp(id), path)
    for (const path of ['/silence', `/silence/${id}`, `/api/v2/silence/${id}`, '/silences/..%2f..%2f', '/toString'])
      assert.equal((await call(path)).status, 404, path)
    for (const method of ['DELETE', 'PUT', 'PATCH'])
      assert.equal((await call(`/silence/${id}`, method)).status, 405, method)
    assert.equal((await call('/silences', 'POST')).status, 403)
    assert.equal((await lift(env, id)).length, 1)
  })

  test('task check -- abuse tries it, and changes nothing', async () => {
    // what was posted before may still be on its way to the receiver
    const held = async () => ({
      silences: (await monitoring(load()).silences()).map(({ id, status }) => `${id} ${status.state}`).sort(),
      alerts: (await monitoring(load()).active()).map(({ labels }) => JSON.stringify(labels)).sort(),
    })
    const before = await held()
    const results = await prove('abuse', [...atAlertmanager(subject()), ...atTheReceiver(load())])
    assert.deepEqual(results.filter(({ outcome }) => outcome !== 'proven'), [])
    assert.ok(results.length >= 18, String(results.length))
    assert.deepEqual(await held(), before)
  })

  test('who does not answer is named, whichever it is; silencing needs Alertmanager alone', async () => {
    const env = load()
    const named = (name: string) => (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, 'MONITORING_FAILED')
      return error.message.startsWith(`expected ${name} at`) && error.hint === `task status; task logs -- ${name}`
    }
    await down(env, [of('alertmanager')])
    await assert.rejects(monitoring(env).active(), named('alertmanager'))
    await assert.rejects(silencesInForce(monitoring(env)), named('alertmanager'))
    await assert.rejects(silencesInForce(onCall(env)), named('alertmanager'))
    assert.ok((await monitoring(env).received()).length > 0)
    await up(env, services())
    await down(env, [of('alert-receiver')])
    await assert.rejects(monitoring(env).active(), named('alert-receiver'))
    await assert.rejects(sendTestAlert(env, nothing), /alert-receiver/)
    const id = await onCall(env).silence('BrokerDown', 1, 'test', 'test')
    assert.deepEqual((await lift(env, 'BrokerDown')).map((lifted) => lifted.id), [id])
    await up(env, services())
  })

  test('one that is frozen, not dead, is named as well', async () => {
    const env = load()
    const running = processOf(env, of('alertmanager')) ?? assert.fail('it runs')
    signalGroup(running, 'SIGSTOP')
    try {
      const told = /expected alertmanager at \S+ to answer, got: .*no answer within 5 s \(asked by alert-receiver\)/
      await assert.rejects(monitoring(env).active(), told)
    } finally {
      signalGroup(running, 'SIGCONT')
    }
  })

  test('each takes certificates of its own CA only', async () => {
    const certificates = {
      ALERTMANAGER_PORT: ['on-call', 'alerting-ca', 'monitor'],
      ALERT_RECEIVER_PORT: ['monitor', 'monitoring-ca', 'on-call'],
    } as const
    for (const [port, [entitled, authority, other]] of Object.entries(certificates)) {
      const url = new URL(`https://${load().host}:${load().variables[port]}/-/ready`)
      const trusted = certificateFiles(load(), entitled, authority)
      assert.equal((await callHttps(url, trusted)).status, 200)
      for (const principal of [other, 'operator']) {
        const files = { ...certificateFiles(load(), principal), ca: trusted.ca }
        await assert.rejects(callHttps(url, files), /ECONNRESET|alert|socket hang up/i, `${principal} at ${port}`)
      }
    }
  })
})
