import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { loadServices } from '../../tasks/lib/compose.ts'
import { loadConfig } from '../../tasks/lib/config.ts'
import { findTool } from '../../tasks/lib/tools.ts'

const env = loadEnvironment({})
const scratch = mkdtempSync(join(tmpdir(), 'vygodno-config-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

/** The project's own configuration with one text replaced in one file. */
function changed(file: string, from: string, to: string): string {
  const folder = mkdtempSync(join(scratch, 'config-'))
  cpSync(join(env.root, 'config'), folder, { recursive: true })
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')
  assert.ok(text.includes(from), `${file} holds ${from}`)
  writeFileSync(path, text.replace(from, to))
  return folder
}

function refused(folder: string): string {
  try {
    loadConfig(env, folder)
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && 'exitCode' in error)
    assert.equal(error.code, 'CONFIG_INVALID')
    assert.equal(error.exitCode, 2)
    return error.message
  }
  assert.fail('expected the configuration to be refused')
}

test('the committed configuration is accepted', () => {
  const config = loadConfig(env)
  const topics = Object.values(config.clusters).flatMap((cluster) => cluster.topics)
  assert.ok(topics.length >= 20)
  assert.ok(topics.every(({ replicationFactor, config: { 'min.insync.replicas': inSync } }) => replicationFactor === 3 && inSync === '2'))
  assert.ok(loadServices(env).length >= 8)
})

test('a misspelt key is shown with its place and the right spelling', () => {
  const message = refused(changed('topics.yaml', 'config: { cleanup.policy: compact, ', 'confg: { cleanup.policy: compact, '))
  assert.match(message, /topics\.yaml:\d+:7 primary\.topics\.catalog\.bans\.confg: expected one of partitions, replication\.factor, config, grows, got confg — did you mean "config"\?/)
})

test('a misspelt topic setting is refused', () => {
  assert.match(refused(changed('topics.yaml', 'retention.ms: 2592000000', 'retention.mss: 1')), /got retention\.mss — did you mean "retention\.ms"\?/)
})

test('min.insync.replicas above the replication factor is refused', () => {
  assert.match(refused(changed('topics.yaml', 'config: { cleanup.policy: compact, ', 'config: { cleanup.policy: compact, min.insync.replicas: 4, ')), /topics\.yaml:\d+:\d+ primary\.topics\.catalog\.bans.*expected at most replication\.factor 3, got 4/)
})

test('a right to a topic that is not declared is refused', () => {
  assert.match(refused(changed('principals.yaml', 'write: [shop.products]', 'write: [shop.product]')), /principals\.yaml:\d+:\d+ clients\.shop-api\.primary\.write\.0: expected a topic of topics\.yaml, got shop\.product — did you mean "shop\.products"\?/)
})

test('a connector that reads an undeclared topic, or a variable that does not exist, is refused', () => {
  assert.match(refused(changed('connectors/connect.yaml', 'topics: catalog.products', 'topics: catalog.prodcts')), /connect\.yaml:\d+:3 catalog-file\.topics: expected a topic of topics\.yaml, got catalog\.prodcts/)
  assert.match(refused(changed('connectors/connect.yaml', '${STACK}', '${STAK}')), /expected a variable of compose\/\.env, got \$\{STAK\} — did you mean "STACK"\?/)
})

test('a word that a sink would fail by only when a record comes is refused', () => {
  assert.match(refused(changed('connectors/connect.yaml', 'insert.mode: upsert', 'insert.mode: upset')), /connect\.yaml:\d+:3 catalog-postgres\.insert\.mode: expected one of insert, upsert, update, got upset — did you mean "upsert"\?/)
  assert.match(refused(changed('connectors/connect.yaml', 'record_key', 'recordkey')), /primary\.key\.mode: expected one of .*got recordkey — did you mean "record_key"\?/)
})

test('all problems of all files are reported at once', () => {
  const folder = changed('topics.yaml', 'partitions: 6', 'partitions: six')
  writeFileSync(join(folder, 'bans.yaml'), 'version: 1\nrules:\n  - { kind: colour, value: red, reason: x }\n')
  const message = refused(folder)
  assert.match(message, /^2 problems/)
  assert.match(message, /topics\.yaml:\d+:\d+ primary\.topics\.shop\.products\.partitions: expected a whole number from 1 to 10000, got "six"/)
  assert.match(message, /bans\.yaml:3:\d+ rules\.0\.kind/)
})

test('a rule that the filter would refuse, a reason that nobody can read, or the same rule twice is refused at its place', () => {
  const folder = changed('topics.yaml', 'partitions: 6', 'partitions: 6')
  const rules = ['{ kind: words, value: "…", reason: x }', '{ kind: words, value: "!!!", reason: x }', '{ kind: brand, value: "", reason: x }', `{ kind: brand, value: ${'я'.repeat(520)}, reason: x }`, '{ kind: id, value: "11009 ", reason: x }', '{ kind: brand, value: "A\\u0007", reason: x }', '{ kind: brand, value: Ёлка, reason: x }', '{ kind: brand, value: " ЕЛКА", reason: x }', `{ kind: brand, value: B, reason: ${'x'.repeat(501)} }`, '{ kind: brand, value: C, reason: " " }']
  writeFileSync(join(folder, 'bans.yaml'), `version: 1\nrules:\n${rules.map((rule) => `  - ${rule}\n`).join('')}`)
  const message = refused(folder)
  assert.match(message, /^9 problems/)
  for (const expected of [/bans\.yaml:3:20 rules\.0\.value: expected words with letters or digits, got "…"/, /bans\.yaml:4:20 rules\.1\.value: .* got "!!!"/, /bans\.yaml:5:20 rules\.2\.value: expected text to compare, got ""/, /bans\.yaml:6:20 rules\.3\.value: .* at most 1000 bytes, got 1046/, /bans\.yaml:7:17 rules\.4\.value: expected 1 to 200 visible characters, without a blank around them, got "11009 "/, /bans\.yaml:8:20 rules\.5\.value: expected text without control characters, got "A\\u0007"/, /bans\.yaml:10:20 rules\.7\.value: expected each rule once, got brand:елка again: it is rules\.6/, /bans\.yaml:11:\d+ rules\.8\.reason: expected a reason of at most 500 characters, got 501/, /bans\.yaml:12:\d+ rules\.9\.reason: expected a reason/]) assert.match(message, expected)
})

test('a copy of a topic that the primary cluster does not have is refused', () => {
  assert.match(refused(changed('topics.yaml', 'mirrors: [shop.products', 'mirrors: [shop.product')), /topics\.yaml:\d+:\d+ analytics\.mirrors\.0: expected a topic of the primary cluster only, got shop\.product — did you mean "shop\.products"\?/)
})

test('a copy has the partitions and settings of its original, and takes records however late they come', () => {
  const { primary, analytics } = loadConfig(env).clusters
  assert.ok(analytics.mirrored.length >= 4)
  for (const name of analytics.mirrored) {
    const [original, copy] = [primary, analytics].map(({ topics }) => topics.find((topic) => topic.name === name))
    const { 'message.timestamp.before.max.ms': before, 'message.timestamp.after.max.ms': after, ...config } = original?.config ?? {}
    assert.equal(before === undefined, after === undefined, name)
    assert.deepEqual(copy, { ...original, config })
  }
})

test('brokers know the super users that principals.yaml names', () => {
  const { servers, clients } = loadConfig(env).principals
  for (const [cluster, node] of [['primary', 'kafka-1'], ['analytics', 'analytics-1']] as const) {
    const declared = Object.entries({ ...servers, ...clients }).filter(([, principal]) => principal.super.includes(cluster)).map(([name]) => `User:${name}`)
    assert.deepEqual(loadServices(env).find(({ name }) => name === node)?.environment.SUPER_USERS?.split(';').sort(), declared.sort())
  }
})

test('YAML that is no YAML is refused with its place', () => {
  assert.match(refused(changed('topics.yaml', 'owns: [', 'owns: [[')), /topics\.yaml:\d+:\d+ /)
})

test('an alert rule that Prometheus would not load is refused with its place', { skip: findTool(env, 'promtool') ? false : 'this machine has no promtool' }, () => {
  assert.match(refused(changed('prometheus/rules/kafka.yaml', 'expr: vygodno:broker_works == 0', 'expr: vygodno:broker_works ==')), /rules\/kafka\.yaml:\d+:15 .*could not parse expression/)
  assert.match(refused(changed('prometheus/rules/kafka.yaml', 'broker {{ $labels.instance }}', 'broker {{ $labels.instance ')), /rules\/kafka\.yaml:\d+:9 .*annotation "summary".*function "does" not defined/)
  assert.match(refused(changed('prometheus/prometheus.yml', 'evaluation_interval: 1s', 'evaluation_interval: soon')), /prometheus\.yml:\d+:1 .*not a valid duration string: "soon"/)
  assert.match(refused(changed('alertmanager/alertmanager.yml', 'group_wait: 0s', 'group_wat: 0s')), /alertmanager\.yml:10:1 .*field group_wat not found/)
  assert.match(refused(changed('alertmanager/alertmanager.yml', 'receiver: people', 'receiver: peple')), /alertmanager\.yml:7:1 .*undefined receiver "peple"/)
  assert.match(refused(changed('alertmanager/alertmanager.yml', 'group_wait: 0s', 'group_wait: soon')), /alertmanager\.yml:10:1 .*not a valid duration string: "soon"/)
})

test('an alert without severity or advice is refused, with or without promtool', () => {
  assert.match(refused(changed('prometheus/rules/platform.yaml', 'severity: none', 'severity: nonne')), /rules\/platform\.yaml:\d+:\d+ groups\.1\.rules\.0\.labels\.severity: expected one of "critical"\|"warning"\|"none", got "nonne"/)
  assert.match(refused(changed('prometheus/rules/platform.yaml', '          runbook: "task alerts shows when it was last heard"\n', '')), /rules\/platform\.yaml:\d+:\d+ groups\.1\.rules\.0\.annotations\.runbook: expected text, got nothing/)
  assert.match(refused(changed('prometheus/rules/platform.yaml', 'expr: vector(1)', 'exprr: vector(1)')), /groups\.1\.rules\.0\.exprr: expected one of .*expr.*, got exprr — did you mean "expr"\?/)
})

test('rules of the JMX exporter that it would not read are refused with their place', () => {
  assert.match(refused(changed('jmx/broker.yaml', 'type: COUNTER', 'type: COUNTR')), /jmx\/broker\.yaml:\d+:\d+ rules\.\d+\.type: expected one of "GAUGE"\|"COUNTER", got "COUNTR"/)
  assert.match(refused(changed('jmx/hdfs.yaml', 'includeObjectNames:', 'includeObjectName:')), /jmx\/hdfs\.yaml:5:1 includeObjectName: expected one of .*got includeObjectName — did you mean "includeObjectNames"\?/)
})

test('the folder of the lake follows LAKE, so that another one can be begun', () => {
  assert.deepEqual(loadConfig(loadEnvironment({ LAKE: '/another' })).folders.map(({ path, owner }) => ({ path, owner })), [{ path: '/another', owner: 'analytics' }])
})
