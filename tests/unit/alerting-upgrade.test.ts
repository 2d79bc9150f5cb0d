import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { certificateFiles, loadEnvironment } from '../../clients/environment.ts'
import { callHttps } from '../../clients/https.ts'
import { issue, type Wanted } from '../../tasks/lib/certificates.ts'
import { loadServices, type Service } from '../../tasks/lib/compose.ts'
import { loadConfig } from '../../tasks/lib/config.ts'
import { fingerprint } from '../../tasks/lib/declaration.ts'
import { monitoring } from '../../tasks/lib/monitoring.ts'
import { converge, withContext } from '../../tasks/lib/reconcile.ts'
import { certs, wantedCertificates } from '../../tasks/lib/resources/certs.ts'
import { covers, silencesInForce } from '../../tasks/lib/silences.ts'
import { down, processOf, up } from '../../tasks/lib/stack.ts'
import { findTool } from '../../tasks/lib/tools.ts'

const stack = mkdtempSync(join(tmpdir(), 'vygodno-upgrade-'))
const surroundings = { VYGODNO_STACK: stack, VYGODNO_HOST: '127.0.0.46' }
const env = loadEnvironment({ ...process.env, ...surroundings })
const skip = findTool(loadEnvironment({}), 'alertmanager') ? false : 'this machine has no Alertmanager'

/** Alertmanager as it once was: who may read may silence. */
const asBefore = [
  ['PRINCIPAL: alertmanager-http, CLIENT_CA: alerting-ca', 'PRINCIPAL: alertmanager, CLIENT_CA: monitoring-ca'],
  ['secrets: [alertmanager.pem, alertmanager-http.pem, alerting-ca.crt]', 'secrets: [alertmanager.pem]'],
  ['secrets: [alert-receiver.pem, alert-reader.pem, alerting-ca.crt]', 'secrets: [alert-receiver.pem]'],
  ['ready, alertmanager, "${VYGODNO_HOST}', 'ready, https, "${VYGODNO_HOST}'],
] as const

function olderServices(): Service[] {
  const root = join(stack, 'older')
  mkdirSync(join(root, 'compose'), { recursive: true })
  symlinkSync(join(env.root, 'config'), join(root, 'config'))
  const now = readFileSync(join(env.root, 'compose', 'compose.yaml'), 'utf8')
  const then = asBefore.reduce((text, [present, past]) => {
    assert.ok(text.includes(present), present)
    return text.replace(present, past)
  }, now)
  writeFileSync(join(root, 'compose', 'compose.yaml'), then)
  return loadServices(env, join(root, 'compose', 'compose.yaml'))
}

const ours = (services: Service[]) => services.filter(({ name }) => name === 'alertmanager' || name === 'alert-receiver')
const olderCertificates = (all: Wanted[]): Wanted[] => [
  ...all.filter(({ name, authority }) => authority !== 'alerting' && name !== 'alertmanager'),
  { name: 'alertmanager', authority: 'monitoring', isServer: true },
]

describe('a stack of an older version, where who may read may silence', { skip }, () => {
  before(async () => {
    Object.assign(process.env, surroundings)
    for (const each of olderCertificates(wantedCertificates(loadConfig(env)))) await issue(env, each)
    await up(env, ours(olderServices()))
  })
  after(async () => {
    await down(env, ours(loadServices(env)))
    rmSync(stack, { recursive: true, force: true })
  })

  const silenceAll = () => {
    const matchers = [{ name: 'alertname', value: '.+', isRegex: true, isEqual: true }]
    const until2036 = { startsAt: new Date(), endsAt: '2036-01-01T00:00:00Z' }
    const body = { matchers, ...until2036, createdBy: 'monitor', comment: 'nothing is wrong' }
    const isOver = existsSync(certificateFiles(env, 'on-call').cert)
    const { ca } = certificateFiles(env, 'monitor', isOver ? 'alerting-ca' : 'monitoring-ca')
    const url = new URL('/api/v2/silences', `https://${env.host}:${env.variables.ALERTMANAGER_PORT}`)
    return callHttps(url, { ...certificateFiles(env, 'monitor'), ca }, { method: 'POST', body })
  }

  test('is brought over by what up does: then he may not, what he silenced is told, and nobody else restarts for it', async () => {
    assert.equal((await silenceAll()).status, 200)
    const of = (name: string) => loadServices(env).find((service) => service.name === name) ?? assert.fail(name)
    const others = () => ['kafka-1', 'connect', 'postgres', 'exporter', 'grafana'].map((name) => fingerprint(env, of(name)))
    const before = others()
    const pid = processOf(env, of('alertmanager'))?.pid

    const { made } = await withContext((context) => converge(context, [certs]))
    const created = ['alert-reader', 'alertmanager-http', 'on-call', 'prometheus-alerts'].map((name) => `create ${name}`)
    assert.deepEqual(made.map(({ id, action }) => `${action} ${id}`).sort(), [...created, 'update alertmanager'])
    await up(env, ours(loadServices(env)))

    assert.notEqual(processOf(env, of('alertmanager'))?.pid, pid)
    await assert.rejects(silenceAll(), /bad certificate/i)
    assert.deepEqual((await silencesInForce(monitoring(env))).map((silence) => covers(silence)), ['alertname=~".+"'])
    assert.deepEqual(others(), before)
  })
})
