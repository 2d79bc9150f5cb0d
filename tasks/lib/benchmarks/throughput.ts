import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { certificateFiles, type Environment } from '../../../clients/environment.ts'
import { kafkaClient, topicOffsets, withAdmin, withProducer } from '../../../clients/kafka.ts'
import { seedKey } from '../../../clients/rules.ts'
import { loadStores, storesLine } from '../../../clients/stores.ts'
import { loadConfig } from '../config.ts'
import { jdkProgram } from '../jdk.ts'
import { logOptions } from '../log-options.ts'
import { readPidFile, startDetached, stopProcess } from '../processes.ts'
import { temporaryOptions } from '../temporary.ts'
import { until } from '../until.ts'
import { render } from '../variables.ts'
import { readFileSync } from 'node:fs'
import { type Benchmark, makeProducts, percentile, timed } from './measure.ts'

const records = 200_000
const rounds = 2
const prefix = 'bench.'

function tlsProperties(env: Environment, principal: string): string {
  const { bundle, ca } = certificateFiles(env, principal)
  const lines = ['bootstrap.servers=${KAFKA_BROKERS}', 'security.protocol=SSL', 'ssl.keystore.type=PEM', 'ssl.keystore.location=${BUNDLE}', 'ssl.truststore.type=PEM', 'ssl.truststore.location=${CA}']
  return render(lines.join('\n'), { ...env.variables, BUNDLE: bundle, CA: ca }, 'client.properties')
}

function folder(env: Environment): string {
  const path = join(env.stack, 'bench')
  mkdirSync(path, { recursive: true, mode: 0o700 })
  return path
}

/** The SHOP API against Kafka's own producer benchmark: same records in number and size, same topic settings, one run. */
export const shop: Benchmark = {
  name: 'shop',
  needs: 'brokers',
  run: async (env, progress) => {
    const make = makeProducts(env, 'shop-bench')
    const file = join(folder(env), 'products.jsonl')
    const lines = Array.from({ length: records }, (_, index) => make(index).value)
    writeFileSync(file, `${lines.join('\n')}\n`)
    const size = Math.round(lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0) / records)
    const properties = join(folder(env), 'producer.properties')
    writeFileSync(properties, `${tlsProperties(env, 'operator')}\nacks=all\nenable.idempotence=true\n`)
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      progress(`round ${round + 1} of ${rounds}: shop send`)
      const sent = await timed(['node', join(env.build, 'dist', 'apps', 'shop-api', 'main.js'), 'send', file, '--json'], { cwd: env.root })
      ours.push(z.object({ perSecond: z.number() }).parse(JSON.parse(sent.stdout)).perSecond)
      progress(`round ${round + 1} of ${rounds}: kafka-producer-perf-test`)
      const perf = await timed([jdkProgram('java'), ...temporaryOptions(folder(env)), '-cp', join(env.build, 'jars', 'kafka', '*'), 'org.apache.kafka.tools.ProducerPerformance', '--topic', 'shop.products.dlq', '--num-records', String(records), '--record-size', String(size), '--throughput', '-1', '--producer.config', properties], { cwd: env.root })
      theirs.push(Number(/.*, ([\d.]+) records\/sec/.exec(perf.stdout.trim().split('\n').at(-1) ?? '')?.[1]))
    }
    rmSync(file)
    return [
      { what: `shop send, ${size} bytes a product`, value: percentile(ours, 0.5), unit: 'products/s' },
      { what: 'kafka-producer-perf-test, same run', value: percentile(theirs, 0.5), unit: 'records/s' },
      { what: 'ratio', value: percentile(ours, 0.5) / percentile(theirs, 0.5), unit: '×' },
    ]
  },
}

/** The product filter against a plain consume-and-produce copy of the same records, in turns, watched from outside. */
export const filter: Benchmark = {
  name: 'filter',
  needs: 'brokers',
  run: async (env, progress) => {
    const [filtered, copied]: [number[], number[]] = [[], []]
    await createTopics(env)
    await markList(env)
    progress(`sending ${records} products`)
    await fill(env)
    for (let round = 0; round < rounds; round++) {
      progress(`round ${round + 1} of ${rounds}: plain copy`)
      copied.push(await rate(env, 'copy', `${prefix}copy.${round}`))
      progress(`round ${round + 1} of ${rounds}: filter`)
      filtered.push(await rate(env, 'filter', `${prefix}catalog.products`))
    }
    return [
      { what: 'filter, exactly once', value: percentile(filtered, 0.5), unit: 'records/s' },
      { what: 'plain copy, same records, same run', value: percentile(copied, 0.5), unit: 'records/s' },
      { what: 'ratio', value: percentile(filtered, 0.5) / percentile(copied, 0.5), unit: '×', target: { atLeast: 0.7 } },
    ]
  },
}

async function createTopics(env: Environment): Promise<void> {
  const copies = Array.from({ length: rounds }, (_, round) => ({ topic: `${prefix}copy.${round}`, numPartitions: 6, replicationFactor: 3 }))
  const declared = loadConfig(env).clusters.primary.topics.filter(({ name }) => name.startsWith('shop.') || name.startsWith('catalog.'))
  const twins = declared.map(({ name, partitions, replicationFactor, config }) => ({
    topic: prefix + name,
    numPartitions: partitions,
    replicationFactor,
    configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
  }))
  await withAdmin(kafkaClient(env, 'operator'), (admin) => admin.createTopics({ waitForLeaders: true, topics: [...copies, ...twins] }))
}

/** The filter lists nothing before it has seen the mark of a list, be it an empty one. */
async function markList(env: Environment): Promise<void> {
  const topic = `${prefix}catalog.bans`
  const kafka = kafkaClient(env, 'operator')
  const { end } = await topicOffsets(kafka, topic)
  const messages = [...end.keys()].map((partition) => ({ partition, key: seedKey, value: JSON.stringify({ version: 1 }) }))
  await withProducer(kafka, (producer) => producer.send({ topic, acks: -1, messages }))
}

async function fill(env: Environment): Promise<void> {
  const make = makeProducts(env, 'filter-bench')
  await withProducer(kafkaClient(env, 'operator', 'patient'), async (producer) => {
    for (let at = 0; at < records; at += 2_000)
      await producer.send({ topic: `${prefix}shop.products`, acks: -1, messages: Array.from({ length: Math.min(2_000, records - at) }, (_, offset) => make(at + offset)) })
  })
}

/** Starts the program on the full source topic and reads its speed off the growth of the target topic. */
async function rate(env: Environment, which: 'filter' | 'copy', target: string): Promise<number> {
  const run = `${which}-${Date.now()}`
  const home = join(folder(env), run)
  mkdirSync(home, { recursive: true })
  const size = async () => [...(await topicOffsets(kafkaClient(env, 'operator'), target)).end.values()].reduce((sum, offset) => sum + Number(offset), 0)
  const before = await size()
  const pidFile = join(home, 'pid')
  startDetached(command(env, which, run, home, target), { cwd: home, env: {}, log: join(folder(env), `${which}.log`), pidFile }).release()
  let first: { at: number; done: number } | undefined
  let last = { at: 0, done: 0 }
  try {
    await until({ code: 'BENCH_THROUGHPUT', awaited: `${records} records through the ${which}`, timeoutMs: 120_000, everyMs: 100, hint: `see ${join(folder(env), `${which}.log`)}` }, async () => {
      last = { at: performance.now(), done: (await size()) - before }
      if (last.done > 0) first ??= last
      // a few of the products are held back by no rule here, so all of them arrive
      return last.done >= records || `${last.done}`
    })
  } finally {
    const process = readPidFile(pidFile)
    if (process) await stopProcess(process, 15_000)
  }
  return first ? (last.done - first.done) / ((last.at - first.at) / 1000) : 0
}

function command(env: Environment, which: 'filter' | 'copy', run: string, home: string, target: string): string[] {
  const properties = join(home, 'bench.properties')
  const jvm = [jdkProgram('java'), ...temporaryOptions(home), '-XX:+UseSerialGC', '-Xms256m', '-Xmx256m', ...logOptions(env, 'kafka', join(folder(env), `${which}.log`)), '-cp']
  if (which === 'copy') {
    writeFileSync(properties, `${tlsProperties(env, 'operator')}\ngroup.id=bench-${run}\nauto.offset.reset=earliest\n`)
    return [...jvm, `${join(env.build, 'jars', 'kafka', '*')}:${join(env.build, 'jars', 'bench', '*')}`, 'ru.vygodno.bench.PlainCopy', properties, `${prefix}shop.products`, target, String(records)]
  }
  const template = readFileSync(join(env.root, 'config', 'product-filter', 'product-filter.properties'), 'utf8')
  // the last of two equal keys counts
  const changed = `\napplication.id=bench-${run}\nvygodno.topic.prefix=${prefix}\nssl.keystore.location=\${BUNDLE}\n`
  writeFileSync(properties, render(template + changed, { ...env.variables, STORES: storesLine(loadStores(env)), DATA: home, BUNDLE: certificateFiles(env, 'operator').bundle }, 'product-filter.properties'))
  return [...jvm, join(env.build, 'jars', 'product-filter', '*'), 'ru.vygodno.filter.ProductFilter', properties]
}
