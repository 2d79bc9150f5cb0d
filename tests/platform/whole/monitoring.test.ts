import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { z } from 'zod'
import { connectRest } from '../../../clients/connect.ts'
import { certificateFiles } from '../../../clients/environment.ts'
import { callHttps } from '../../../clients/https.ts'
import { kafkaClient, withAdmin, withProducer } from '../../../clients/kafka.ts'
import { withPostgres } from '../../../clients/postgres.ts'
import { bannedCanaryId, canaryId } from '../../../clients/product.ts'
import { addBan, removeBan } from '../../../tasks/lib/bans.ts'
import { canAlert, killBroker } from '../../../tasks/lib/broker-down.ts'
import { loadServices } from '../../../tasks/lib/compose.ts'
import { monitoring } from '../../../tasks/lib/monitoring.ts'
import { idsInPostgres } from '../../../tasks/lib/observe.ts'
import { signalGroup } from '../../../tasks/lib/processes.ts'
import { processOf } from '../../../tasks/lib/stack.ts'
import { findTool } from '../../../tasks/lib/tools.ts'
import { until } from '../../../tasks/lib/until.ts'
import { bootstrapped, env, putOtherwise, run, succeed } from '../platform.ts'

before(bootstrapped)

const trusted = () => certificateFiles(env, 'monitor', 'monitoring-ca')
const noTools = canAlert(env) ? false : 'this machine has no Prometheus or no Alertmanager'

async function metrics(): Promise<string> {
  const { text } = await callHttps(new URL(`https://${env.host}:${env.variables.EXPORTER_PORT}/metrics`), trusted())
  return text
}

/** The value of one series of the exporter, undefined when it is not shown. */
async function valueOf(series: string): Promise<number | undefined> {
  const line = (await metrics()).split('\n').find((each) => each.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

const eventually = (awaited: string, look: () => Promise<true | string>, timeoutMs = 60_000) => until({ code: 'TEST', awaited, timeoutMs, everyMs: 500, hint: '' }, look)

test('every kind of JVM shows its metrics', async () => {
  for (const [port, metric] of [['KAFKA_1_METRICS_PORT', 'kafka_server_replicamanager_underreplicatedpartitions'], ['CONNECT_METRICS_PORT', 'kafka_connect_connector_status'], ['PRODUCT_FILTER_METRICS_PORT', 'kafka_streams_stream_metrics_alive_stream_threads'], ['NAMENODE_METRICS_PORT', 'hadoop_namenode_capacitytotal'], ['DATANODE_1_METRICS_PORT', 'hadoop_datanode_capacity']] as const) {
    const text = await (await fetch(`http://${env.host}:${env.variables[port]}/metrics`)).text()
    assert.match(text, new RegExp(`^${metric}[{ ]`, 'm'))
    assert.match(text, /^jvm_memory_used_bytes\{area="heap"\}/m)
  }
})

test('the exporter shows lag, connectors, bans, certificates, disk and the canary', async () => {
  await eventually('every collector to see', async () => {
    const states = (await metrics()).split('\n').filter((line) => line.startsWith('vygodno_collector_up{'))
    return (states.length >= 8 && states.every((line) => line.endsWith(' 1'))) || states.filter((line) => !line.endsWith(' 1')).join('; ')
  }, 90_000)
  assert.equal(await valueOf('vygodno_connector_tasks{worker="connect",connector="catalog-postgres",state="RUNNING"}'), 1)
  assert.ok((await valueOf('vygodno_certificate_days_left{certificate="kafka-1"}') ?? 0) > 300)
  // bootstrap loads the list after the first look
  await eventually('bans to be seen', async () => (await valueOf('vygodno_bans_in_force{kind="words"}') ?? 0) > 0 || 'none yet')
  assert.ok((await valueOf('vygodno_disk_available_bytes') ?? 0) > 0)
  assert.match(await metrics(), /^kafka_consumergroup_lag\{cluster="primary",consumergroup="connect-catalog-postgres",topic="catalog\.products",partition="0"\} \d+$/m)
})

test('the canary comes through the pipeline, and no customer ever sees it', async () => {
  await eventually('a canary to arrive', async () => ((await valueOf('vygodno_canary_runs_total{outcome="arrived"}')) ?? 0) > 0 || 'none yet')
  assert.ok((await valueOf('vygodno_canary_latency_seconds') ?? 99) < 20)
  const { rowCount } = await withPostgres(env, 'operator', (db) => db.query('select 1 from products where product_id = $1', [canaryId]))
  assert.equal(rowCount, 0)
  // the trigger's twin: the way to the table it is kept out of is open
  const { rowCount: listed } = await withPostgres(env, 'operator', (db) => db.query('select 1 from canary'))
  assert.equal(listed, 1)
})

test('a second canary is held back by its rule; it is alerted when that is lifted, and no customer sees it even then', async () => {
  const state = (name: string) => valueOf(`vygodno_banned_canary_state{state="${name}"}`)
  const listed = async () => (await idsInPostgres(env)).has(bannedCanaryId)
  await eventually('it to be held back', async () => (await state('held')) === 1 || 'not yet', 150_000)
  assert.equal((await removeBan(env, 'id', bannedCanaryId)).change, 'removed')
  try {
    await eventually('it to pass', async () => ((await listed()) ? 'a customer can see it' : (await state('passed')) === 1 || 'not yet'), 150_000)
    await eventually('the alert', async () => (await monitoring(env).active()).some(({ labels }) => labels.alertname === 'BannedCanaryPassed') || 'not yet')
  } finally {
    await addBan(env, 'id', bannedCanaryId, 'проверка фильтра, не товар')
  }
  await eventually('it to be held back again', async () => (await state('held')) === 1 || 'not yet', 150_000)
  assert.equal(await listed(), false)
})

test('the exporter may look and not touch', async () => {
  await withAdmin(kafkaClient(env, 'exporter', 'quick'), (admin) => admin.fetchTopicOffsets('shop.products'))
  const send = (principal: string, topic: string) => withProducer(kafkaClient(env, principal, 'quick'), (producer) => producer.send({ topic, acks: -1, messages: [{ key: canaryId, value: null }] }))
  await send('canary', 'shop.products.canary')
  await assert.rejects(send('canary', 'shop.products'), /Not authorized to access topics/)
  await assert.rejects(send('canary', 'catalog.products'), /Not authorized to access topics/)
  // a principal that may write nowhere is not even given a producer id
  await assert.rejects(send('exporter', 'shop.products'), /Cluster authorization failed/)
  await withPostgres(env, 'exporter', async (db) => {
    await db.query('select count(product_id) from products')
    await assert.rejects(db.query('select doc from products'), /permission denied/)
    await db.query('set session characteristics as transaction read write')
    await assert.rejects(db.query('delete from canary'), /permission denied/)
  })
})

test('the supervisor restarts a connector whose task has failed, and counts it', async () => {
  const rest = connectRest(env, 'connect')
  const original = (await rest.connectors())['catalog-file']?.info.config ?? assert.fail('catalog-file is there')
  const restarts = async () => (await valueOf('vygodno_connector_restarts_total{worker="connect",connector="catalog-file"}')) ?? 0
  const before = await restarts()
  await putOtherwise('catalog-file', { file: join(env.stack, 'data', 'connect', 'nowhere', 'at-all') })
  await eventually('a restart', async () => (await restarts()) > before || `${await restarts()}`)
  await rest.put('catalog-file', original)
  await eventually('the task to run', async () => (await rest.connectors())['catalog-file']?.status.tasks[0]?.state === 'RUNNING' || 'it does not')
})

test('a test alert arrives at the receiver, and task alerts shows what is wrong', { skip: noTools }, async () => {
  const shape = z.object({ firingMs: z.number(), resolvedMs: z.number(), telegram: z.literal('not configured') })
  shape.parse(JSON.parse(await succeed('alerts', ['test', '--json'])))
  const { code, stdout, stderr } = await run('alerts', ['--json'])
  const alertShape = z.object({ labels: z.record(z.string(), z.string()), status: z.object({ state: z.string() }) })
  const { alerts: active, silences } = z.object({ alerts: z.array(alertShape), silences: z.array(z.unknown()) }).parse(JSON.parse(stdout))
  assert.deepEqual(silences, [])
  assert.equal(code, active.some(({ status }) => status.state === 'active') ? 4 : 0, stderr)
  assert.match(stderr, /the watchdog was last heard at/)
})

test('every metric of every rule is there', { skip: findTool(env, 'prometheus') ? false : 'this machine has no Prometheus' }, async () => {
  const query = async (expr: string) => {
    const url = new URL(`https://${env.host}:${env.variables.PROMETHEUS_PORT}/api/v1/query`)
    url.searchParams.set('query', expr)
    return z.object({ data: z.object({ result: z.array(z.object({ metric: z.record(z.string(), z.string()) })) }) }).parse(JSON.parse((await callHttps(url, trusted())).text)).data.result
  }
  await eventually('no metric to be missing', async () => {
    const missing = await query('ALERTS{alertname="MetricMissing"}')
    return missing.length === 0 || missing.map(({ metric }) => metric.metric).join(', ')
  })
  assert.equal((await query('vygodno:answers{job="kafka",cluster="primary"} == 1')).length, 3)
})

test('a PostgreSQL that is frozen, not dead, is told within two minutes', { skip: noTools }, async () => {
  const postgres = loadServices(env).find(({ name }) => name === 'postgres') ?? assert.fail('there is a postgres')
  const running = processOf(env, postgres) ?? assert.fail('postgres runs')
  const told = async () => (await monitoring(env).active()).some(({ labels }) => labels.alertname === 'ServiceDown' && labels.instance === 'postgres')
  await eventually('postgres to be seen', async () => (await valueOf('vygodno_service_up{service="postgres"}')) === 1 || 'not yet')
  assert.equal(await told(), false)
  signalGroup(running, 'SIGSTOP')
  try {
    await eventually('ServiceDown of postgres', async () => (await told()) || 'silence', 120_000)
  } finally {
    signalGroup(running, 'SIGCONT')
  }
  await eventually('the end of it', async () => !(await told()) || 'still told', 120_000)
})

test('a broker is killed: the alert arrives, products are taken all the same, and the alert goes when it is back', { skip: noTools }, async (t) => {
  const { alertedMs, sent, resolvedMs } = await killBroker(env, 'kafka-2', () => {})
  t.diagnostic(`alert after ${alertedMs} ms, resolved ${resolvedMs} ms after the broker was ready`)
  assert.ok(alertedMs > 0 && alertedMs <= 10_000, `the alert took ${alertedMs} ms`)
  assert.equal(sent, 348)
  assert.ok(resolvedMs < 10_000, `the end of it took ${resolvedMs} ms`)
})
