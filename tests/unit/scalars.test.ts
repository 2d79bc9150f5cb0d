import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { UsageError } from '../../clients/errors.ts'
import { loadServices } from '../../tasks/lib/compose.ts'
import { loadConfig } from '../../tasks/lib/config.ts'
import { jdkProgram } from '../../tasks/lib/jdk.ts'
import { topicSettings } from '../../tasks/lib/topic-settings.ts'

const env = loadEnvironment({})
const scratch = mkdtempSync(join(tmpdir(), 'vygodno-scalars-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const folder = mkdtempSync(join(scratch, 'config-'))
cpSync(join(env.root, 'config'), folder, { recursive: true })

/** What becomes of the project's own configuration with one file changed: it, or the message of the refusal. */
function loaded(file: string, change: (text: string) => string): ReturnType<typeof loadConfig> | string {
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')
  const changed = change(text)
  assert.notEqual(changed, text, `${file} is changed`)
  writeFileSync(path, changed)
  try {
    return loadConfig(env, folder)
  } catch (error) {
    assert.ok(error instanceof UsageError && error.code === 'CONFIG_INVALID', String(error))
    return error.message
  } finally {
    writeFileSync(path, text)
  }
}

const accepted = (result: ReturnType<typeof loaded>) => (typeof result === 'string' ? assert.fail(result) : result)
const refused = (result: ReturnType<typeof loaded>) => (typeof result === 'string' ? result : assert.fail('expected the configuration to be refused'))
const withRule = (value: string) => loaded('bans.yaml', (text) => `${text}  - kind: sku\n    value: ${value}\n    reason: проба\n`)
const events = (setting: string) => loaded('topics.yaml', (text) => text.replace(/\{ retention\.ms: 604800000, .*\}/, `{ ${setting} }`))
const eventsTopic = (result: ReturnType<typeof loaded>) => accepted(result).clusters.primary.topics.find(({ name }) => name === 'client.events')?.config

test('text stays text as it is written, whatever YAML takes it for', () => {
  const written = ['00123', '1E3', '1e25', '7.10', '0x1F', '0o17', '017', 'True', 'FALSE', 'yes', 'on', 'off', 'n', '1_000', '2026-11-27', '12:30:45', '.5', '+1', '-0', '.inf', '-.Inf', '.NaN', '9223372036854775807', '0b11', '1234567890123456789012345678901234567890', '1.0', '<<']
  for (const text of written) assert.equal(accepted(withRule(text)).bans.rules.at(-1)?.value, text)
  for (const text of ['null', '~', 'True', '00 123']) assert.equal(accepted(withRule(JSON.stringify(text))).bans.rules.at(-1)?.value, text)
})

test('nothing where text is meant is refused with its place, in whatever way nothing is written', () => {
  const line = readFileSync(join(folder, 'bans.yaml'), 'utf8').split('\n').length + 1
  for (const nothing of ['', '~', 'null', 'NULL', 'Null']) assert.match(refused(withRule(nothing)), new RegExp(`bans\\.yaml:${line}:5 rules\\.\\d+\\.value: expected text, got nothing`))
})

test('a tag that would change a text is refused with its place', () => {
  for (const tagged of ['!!int 5', '!!float 1E3', '!!binary aGk=', '!!timestamp 2026-11-27', '!own x']) assert.match(refused(withRule(tagged)), /bans\.yaml:\d+:\d+ /)
})

test('keys stay as they are written, too', () => {
  const result = accepted(loaded('connectors/connect.yaml', (text) => `${text}\n1E3:\n  connector.class: x.Y\n  topics: catalog.products\n  007: 0x10\n`))
  assert.deepEqual(result.connectors.connect.find(({ name }) => name === '1E3')?.config, { 'connector.class': 'x.Y', topics: 'catalog.products', '007': '0x10' })
})

test('where a number is meant, only a whole decimal one is taken', () => {
  for (const number of ['0x6', '6.0', '6e0', '1_0', '06', '+6', '-6', '0', 'six', '', '~', '99999', '9223372036854775807', '６'])
    assert.match(refused(loaded('topics.yaml', (text) => text.replace('partitions: 6', `partitions: ${number}`))), /topics\.yaml:\d+:7 primary\.topics\.shop\.products\.partitions: expected a whole number from 1 to 10000, got /)
  assert.match(refused(loaded('bans.yaml', (text) => text.replace(/version: \d+/, 'version: 1.0'))), /bans\.yaml:\d+:1 version: expected a whole number from 1 .*, got "1\.0"/)
})

test('long numbers reach Kafka digit by digit', () => {
  assert.equal(eventsTopic(events('retention.ms: 9223372036854775807'))?.['retention.ms'], '9223372036854775807')
  assert.equal(eventsTopic(events('retention.bytes: -9223372036854775808'))?.['retention.bytes'], '-9223372036854775808')
})

test('a setting that Kafka would refuse is refused with file, key and what is allowed', () => {
  const expectations: [string, RegExp][] = [
    ['retention.ms: 30d', /retention\.ms: expected milliseconds, a whole number from -1, got "30d"/],
    ['retention.ms: 1e25', /retention\.ms: expected milliseconds.*got "1e25"/],
    ['retention.ms: 9223372036854775808', /retention\.ms: expected .*from -1 to 9223372036854775807, got/],
    ['retention.ms: -2', /retention\.ms: expected .*from -1, got "-2"/],
    ['retention.ms:', /retention\.ms: expected milliseconds.*got nothing/],
    ['min.insync.replicas: 0', /min\.insync\.replicas: expected a whole number from 1, got "0"/],
    ['segment.bytes: 1000', /segment\.bytes: expected bytes, a whole number from 1048576, got "1000"/],
    ['max.message.bytes: 2147483648', /max\.message\.bytes: expected bytes, a whole number from 0 to 2147483647, got/],
    ['cleanup.policy: compacted', /cleanup\.policy: expected a list of compact, delete, got "compacted" — did you mean "compact"\?/],
    ['cleanup.policy: "compact, compact"', /cleanup\.policy: expected a list of compact, delete, each once, got "compact, compact"/],
    ['compression.type: gzp', /compression\.type: expected one of .*, got "gzp" — did you mean "gzip"\?/],
    ['compression.type: zstd', /compression\.type: expected uncompressed or gzip, .*got zstd/],
    ['compression.type: producer', /compression\.type: expected uncompressed or gzip, .*got producer/],
    ['compression.type: ', /compression\.type: expected one of .*got nothing/],
    ['message.timestamp.type: createtime', /message\.timestamp\.type: expected one of CreateTime, LogAppendTime, got "createtime" — did you mean "CreateTime"\?/],
    ['unclean.leader.election.enable: yes', /unclean\.leader\.election\.enable: expected one of true, false, got "yes"/],
    ['min.cleanable.dirty.ratio: 1.5', /min\.cleanable\.dirty\.ratio: expected a number from 0 to 1, got "1\.5"/],
    ['min.cleanable.dirty.ratio: NaN', /min\.cleanable\.dirty\.ratio: expected a number from 0 to 1, got "NaN"/],
    ['min.compaction.lag.ms: 10, max.compaction.lag.ms: 5', /max\.compaction\.lag\.ms: expected at least min\.compaction\.lag\.ms 10, got 5/],
  ]
  for (const [setting, message] of expectations) assert.match(refused(events(setting)), new RegExp(`topics\\.yaml:\\d+:\\d+ primary\\.topics\\.client\\.events\\.config\\.${message.source}`), setting)
})

test('more replicas than brokers, names that Kafka takes for one and a prefix of everything are refused', () => {
  assert.match(refused(loaded('topics.yaml', (text) => text.replace('replication.factor: 3', 'replication.factor: 4'))), /topics\.yaml:\d+:\d+ defaults\.replication\.factor: expected at most 3, as many as there are brokers, got 4/)
  assert.match(refused(loaded('topics.yaml', (text) => text.replace('    client.events:\n', '    client_events: { partitions: 1 }\n    client.events:\n').replace('client., connect', 'client., client_, connect'))), /primary\.topics\.client\.events: expected a name that differs from client_events in more than \. and _/)
  assert.match(refused(loaded('topics.yaml', (text) => text.replace('owns: [shop.', "owns: ['', shop."))), /primary\.owns\.0: expected .*got ""/)
})

test('numbers of partitions that programs can’t work with are refused before anything starts', () => {
  const partitions = (topic: string, count: number) => loaded('topics.yaml', (text) => text.replace(new RegExp(`(    ${topic}:\\n      partitions: )\\d+`), `$1${count}`))
  for (const topic of ['catalog.bans', 'catalog.bans.applied']) assert.match(refused(partitions(topic, 8)), new RegExp(`primary\\.topics\\.${topic}\\.partitions: expected 6, as shop\\.products has \\(copartitioned\\), got 8`))
  assert.match(refused(partitions('shop.products', 8)), /catalog\.bans\.partitions: expected 8, as shop\.products has/)
  assert.match(refused(partitions('connect.configs', 3)), /primary\.topics\.connect\.configs\.partitions: expected 1, for Connect keeps its memory there, got 3/)
  assert.match(refused(partitions('mirror.configs', 3)), /analytics\.topics\.mirror\.configs\.partitions: expected 1/)
  assert.match(refused(partitions('mm2-offset-syncs.primary.internal', 2)), /expected 1, for MirrorMaker keeps its memory there, got 2/)
  assert.match(refused(loaded('topics.yaml', (text) => text.replace(/(connect\.offsets:\n.*\n\s+config: \{ cleanup\.policy: )compact/, '$1"compact,delete"'))), /connect\.offsets\.config\.cleanup\.policy: expected compact, for Connect keeps its memory there, got compact,delete/)
  assert.match(refused(loaded('topics.yaml', (text) => text.replace('    catalog.products:\n', '    catalog.products:\n      grows: true\n'))), /catalog\.products\.grows: expected no topic that is compacted/)
  assert.match(refused(loaded('topics.yaml', (text) => text.replace('grows: true', 'grows: yes'))), /shop\.products\.dlq\.grows: expected true or false, got "yes"/)
})

test('permissions, switches and ports are read as written, too', () => {
  assert.equal(accepted(loaded('lake.yaml', (text) => text.replace("'750'", '750'))).folders[0]?.permission, '750')
  assert.match(refused(loaded('lake.yaml', (text) => text.replace("'750'", '0o750'))), /lake\.yaml:\d+:\d+ .*got "0o750"/)
  const compose = readFileSync(join(env.root, 'compose', 'compose.yaml'), 'utf8')
  const copy = mkdtempSync(join(scratch, 'compose-'))
  cpSync(join(env.root, 'config'), join(scratch, 'config'), { recursive: true })
  const services = (from: string, to: string) => {
    assert.ok(compose.includes(from))
    writeFileSync(join(copy, 'compose.yaml'), compose.replace(from, to))
    return loadServices(env, join(copy, 'compose.yaml'))
  }
  assert.equal(services('NODE_ID: "1"', 'NODE_ID: 1E3').find(({ name }) => name === 'kafka-1')?.environment.NODE_ID, '1E3')
  assert.throws(() => services('unprivileged: true', 'unprivileged: yes'), /services\.postgres\.x-local\.unprivileged: expected true or false, got "yes"/)
  assert.throws(() => services('NODE_ID: "1"', 'NODE_ID: ~'), /services\.kafka-1\.environment\.NODE_ID: expected text, got nothing/)
})

test('in files that other programs read, too, a number where text is meant is refused as it is written', () => {
  assert.match(refused(loaded('jmx/broker.yaml', (text) => text.replace(/name: kafka_\S+/, 'name: 1E3'))), /jmx\/broker\.yaml:\d+:\d+ rules\.\d+\.name: expected text, got 1E3: in quotes, if it is meant as text/)
})

test('the table of topic settings is that of Kafka itself', { skip: existsSync(join(env.build, 'jars', 'kafka')) ? false : 'the jars are not built' }, () => {
  const program = join(scratch, 'Settings.java')
  writeFileSync(program, `public class Settings { public static void main(String[] a) {
    org.apache.kafka.storage.internals.log.LogConfig.configDefCopy().configKeys().forEach((name, key) -> {
      if (!key.internalConfig) System.out.println(name + "\\t" + key.type + "\\t" + key.validator); }); } }`)
  const rows = execFileSync(jdkProgram('java'), ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', join(env.build, 'jars', 'kafka', '*'), program], { encoding: 'utf8' }).trim().split('\n')
  assert.ok(rows.length > 30)
  const known = new Map(rows.map((row) => [row.split('\t')[0], row.split('\t').slice(1).join(' ')]))
  for (const [name, taken] of Object.entries(topicSettings)) assert.equal(taken, known.get(name), name)
})
