import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { UsageError } from '../../clients/errors.ts'
import { loadServices, type Service } from '../../tasks/lib/compose.ts'
import { differences, fingerprint, keepDeclaration } from '../../tasks/lib/declaration.ts'
import { judge } from '../../tasks/lib/judge.ts'
import { makeSecrets } from '../../tasks/lib/secrets.ts'

const scratch = mkdtempSync(join(tmpdir(), 'vygodno-judge-test-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const env = loadEnvironment({ VYGODNO_STACK: join(scratch, "стек + 100% #1 & co"), COMPOSE_PROFILES: 'core,analytics,monitoring,spark' })
const compose = join(scratch, 'compose', 'compose.yaml')
cpSync(join(env.root, 'config'), join(scratch, 'config'), { recursive: true })
mkdirSync(join(scratch, 'compose'))
cpSync(join(env.root, 'compose', 'compose.yaml'), compose)
makeSecrets(env)
const skip = existsSync(join(env.build, 'jars', 'settings')) ? false : 'the jars are not built'

/** The services as they are with one text of one file replaced. */
function changed(file: string, from: string | RegExp, to: string): Service[] {
  const path = join(scratch, file)
  const text = readFileSync(path, 'utf8')
  assert.notEqual(text.replace(from, to), text, `${file} holds ${from}`)
  writeFileSync(path, text.replace(from, to))
  try {
    return loadServices(env, compose)
  } finally {
    writeFileSync(path, text)
  }
}

test('what is committed is accepted by the programs', { skip }, () => judge(env, loadServices(env)))

const wrong: [file: string, from: string | RegExp, to: string, message: RegExp][] = [
  ['config/kafka/broker.properties', 'num.io.threads=4', 'num.io.threads=four', /broker\.properties:\d+:1 num\.io\.threads: expected what the program takes: Invalid value four for configuration num\.io\.threads: Not a number of type INT/],
  ['config/kafka/broker.properties', 'min.insync.replicas=2', 'min.insync.replicas=0', /min\.insync\.replicas: .*Value must be at least 1/],
  ['config/kafka/broker.properties', 'auto.create.topics.enable', 'auto.create.topic.enable', /broker\.properties:\d+:1 auto\.create\.topic\.enable: expected a known setting, got auto\.create\.topic\.enable — did you mean "auto\.create\.topics\.enable"\?/],
  ['config/kafka/broker.properties', 'CLIENT:SSL,', 'CLIENT:SLL,', /expected what the program takes: Invalid security protocol `SLL`/],
  ['config/kafka/broker.properties', 'super.users=', 'super.user=', /got super\.user — did you mean "super\.users"\?/],
  ['config/kafka/broker.properties', 'num.replica.fetchers=1', 'num.replica.fetchers=1\nnum.replica.fetchers=2', /num\.replica\.fetchers: expected what the program takes: expected it once, got it twice/],
  ['config/connect/worker.properties', 'offset.flush.interval.ms=10000', 'offset.flush.interval.ms=10s', /worker\.properties:\d+:1 offset\.flush\.interval\.ms: .*Not a number of type LONG/],
  ['config/connect/worker.properties', 'producer.acks=all', 'producer.ack=all', /got producer\.ack — did you mean "producer\.acks"\?/],
  ['config/product-filter/product-filter.properties', 'exactly_once_v2', 'exactly_once_v3', /product-filter\.properties:\d+:1 processing\.guarantee: .*String must be one of: at_least_once, exactly_once_v2/],
  ['config/product-filter/product-filter.properties', 'vygodno.ready.file', 'vygodno.redy.file', /got vygodno\.redy\.file — did you mean "vygodno\.ready\.file"\?/],
  ['config/product-filter/product-filter.properties', 'consumer.max.poll.records=2000', 'consumer.max.poll.records=0', /consumer\.max\.poll\.records: .*Value must be at least 1/],
  ['config/hdfs/namenode.xml', '</configuration>', '', /namenode\.xml:\d+:1 expected what the program takes: XML document structures/],
  ['config/postgres/postgresql.conf', 'shared_buffers = 48MB', 'shared_buffers = 48XB', /postgresql\.conf:\d+:1 shared_buffers: expected what PostgreSQL takes: invalid value for parameter "shared_buffers": "48XB"/],
  ['config/postgres/postgresql.conf', 'max_connections', 'max_conections', /postgresql\.conf:5:1 expected what PostgreSQL takes: unrecognized configuration parameter "max_conections"/],
  ['config/postgres/postgresql.conf', "ssl = on", "ssl = on'", /postgresql\.conf:7:1 expected what PostgreSQL takes: syntax error/],
  ['config/postgres/pg_hba.conf', '/8 cert', '/8 certt', /pg_hba\.conf:2:1 expected a method, one of .*, got certt — did you mean "cert"\?/],
  ['config/postgres/pg_hba.conf', 'hostssl', 'hostsl', /pg_hba\.conf:2:1 expected local, host, hostssl or hostnossl, got hostsl/],
  ['compose/compose.yaml', '-Xmx320m', '-Xmx32Om', /compose\.yaml:\d+:1 expected options that the JVM takes: Invalid maximum heap size: -Xmx32Om/],
  ['compose/compose.yaml', '-XX:+UseSerialGC', '-XX:+UseSerialGCC', /compose\.yaml:\d+:1 expected options that the JVM takes: Unrecognized VM option 'UseSerialGCC'/],
]

test('what a program would refuse at its start is refused before, at the line of its file, in its own words', { skip }, async (t) => {
  for (const [file, from, to, message] of wrong)
    await t.test(`${file}: ${String(to).split('\n').at(-1)}`, () =>
      assert.rejects(judge(env, changed(file, from, to)), (error) => {
        assert.ok(error instanceof UsageError && error.code === 'CONFIG_INVALID', String(error))
        assert.match(error.message, /^a problem in the configuration, nothing was touched/)
        assert.match(error.message, message)
        return true
      }),
    )
})

/** What is shown of a service when one text of one file has been replaced since it was started. */
function shown(name: string, file: string, from: string | RegExp, to: string): string[] {
  const pick = (services: Service[]) => services.find((service) => service.name === name) ?? assert.fail(`${name} is declared`)
  const before = pick(loadServices(env, compose))
  keepDeclaration(env, before)
  assert.deepEqual(differences(env, before), [])
  const now = pick(changed(file, from, to))
  const seen = differences(env, now)
  assert.equal(seen.length === 0, fingerprint(env, before) === fingerprint(env, now), 'what restarts a service is shown, and nothing else')
  return seen.map((each) => `${each.name}: ${each.from ?? '–'} → ${each.to ?? '–'}`)
}

test('what a running service was started from is compared line by line with what is declared', () => {
  assert.deepEqual(shown('kafka-1', 'config/kafka/broker.properties', 'num.io.threads=4', 'num.io.threads=8'), ['broker.properties num.io.threads: 4 → 8'])
  assert.deepEqual(shown('kafka-1', 'config/kafka/broker.properties', 'num.io.threads=4\n', ''), ['broker.properties num.io.threads: 4 → –'])
  assert.deepEqual(shown('kafka-1', 'config/kafka/broker.properties', 'num.io.threads=4\n', '# num.io.threads=4\n\nnum.io.threads=4\n'), [], 'a comment restarts nothing')
  assert.deepEqual(shown('postgres', 'config/postgres/postgresql.conf', 'max_connections = 40', 'max_connections = 50'), ['postgresql.conf max_connections: 40 → 50'])
  assert.deepEqual(shown('connect', 'compose/compose.yaml', '-Xmx256m', '-Xmx300m'), ['command -Xmx: 256m → 300m'])
  assert.deepEqual(shown('connect', 'compose/compose.yaml', 'EXACTLY_ONCE_SOURCES: disabled', 'EXACTLY_ONCE_SOURCES: preparing'), ['environment EXACTLY_ONCE_SOURCES: disabled → preparing', 'worker.properties exactly.once.source.support: disabled → preparing'])
  assert.deepEqual(shown('prometheus', 'config/prometheus/rules/pipeline.yaml', '_latency_seconds > 5', '_latency_seconds > 7'), ['rules-pipeline.yaml expr: vygodno_canary_latency_seconds > 5 → vygodno_canary_latency_seconds > 7'])
})

test('a service that reads a file of config/ where it lies is restarted when that changes', () => {
  const elsewhere = { ...env, root: scratch }
  const service = (): Service => loadServices(env, compose).find(({ name }) => name === 'connect') ?? assert.fail('connect is declared')
  const moved = { ...service(), command: ['java', `@${join(scratch, 'config', 'kafka', 'jvm.options')}`, `${join(scratch, 'config', 'jmx', 'worker.yaml')}`] }
  keepDeclaration(elsewhere, moved)
  for (const [file, from, to, seen] of [
    ['kafka/jvm.options', '-XX:TieredStopAtLevel=1', '-XX:TieredStopAtLevel=4', 'config/kafka/jvm.options -XX:TieredStopAtLevel'],
    ['jmx/worker.yaml', 'lowercaseOutputName: true', 'lowercaseOutputName: false', 'config/jmx/worker.yaml lowercaseOutputName'],
  ] as const) {
    const path = join(scratch, 'config', file)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace(from, to))
    assert.deepEqual(differences(elsewhere, moved).map(({ name }) => name), [seen])
    writeFileSync(path, text)
  }
})

test('a service whose jar, plugin or bundle was built anew is restarted, though its declaration is as it was', () => {
  const building = { ...env, build: join(scratch, 'build') }
  const own = (name: string, command: string[], text = ''): Service => {
    const service = loadServices(env, compose).find((each) => each.name === name) ?? assert.fail(`${name} is declared`)
    return { ...service, command, configs: new Map([['worker.properties', { text, source: compose }]]) }
  }
  const jars = join(building.build, 'jars')
  const filter = own('product-filter', ['java', '-cp', `${jars}/product-filter/*:${jars}/jmx/*`, 'ru.vygodno.filter.ProductFilter'])
  const worker = own('connect', ['java', '-cp', `${jars}/kafka/*`], `plugin.path=${jars}/plugins`)
  const exporter = own('exporter', ['node', join(building.build, 'dist', 'apps', 'exporter', 'main.js')])
  for (const [service, file] of [[filter, 'jars/product-filter/product-filter-0.1.0.jar'], [filter, 'jars/jmx/jmx-0.1.0.jar'], [worker, 'jars/plugins/vygodno/connect-plugin-0.1.0.jar'], [exporter, 'dist/apps/exporter/main.js']] as const) {
    const path = join(building.build, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, 'first')
    const before = fingerprint(building, service)
    keepDeclaration(building, service)
    assert.deepEqual(differences(building, service), [])
    writeFileSync(path, 'other')
    assert.notEqual(fingerprint(building, service), before)
    assert.deepEqual(differences(building, service), [{ name: file, from: 'the one it was started with', to: 'another build' }])
    // the same build again, at another time
    writeFileSync(path, 'first')
    assert.equal(fingerprint(building, service), before)
  }
})

test('a replaced certificate is shown by its name, a secret never', () => {
  const certs = join(env.stack, 'certs', 'kafka-1')
  mkdirSync(certs, { recursive: true })
  writeFileSync(join(certs, 'kafka-1.pem'), 'first')
  const named = (name: string) => loadServices(env).find((service) => service.name === name) ?? assert.fail(`${name} is declared`)
  keepDeclaration(env, named('kafka-1'))
  writeFileSync(join(certs, 'kafka-1.pem'), 'second')
  assert.deepEqual(differences(env, named('kafka-1')), [{ name: 'kafka-1.pem', from: 'the one it was started with', to: 'another' }])
  const secret = join(env.stack, 'secrets', 'spark.secret')
  const first = readFileSync(secret, 'utf8')
  keepDeclaration(env, named('spark-master'))
  writeFileSync(secret, 'quite-another-secret')
  const seen = JSON.stringify(differences(env, named('spark-master')))
  assert.match(seen, /cluster\.properties spark\.authenticate\.secret/)
  assert.ok(!seen.includes(first) && !seen.includes('quite-another-secret'), seen)
})
