import { closeSync, createReadStream, openSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../../../clients/environment.ts'
import { type Kafka, kafkaClient, type Offsets, readTopic, topicOffsets } from '../../../clients/kafka.ts'
import { jsonLines } from '../../../clients/product-file/json-lines.ts'
import { canaryId } from '../../../clients/product.ts'
import { loadStores, productTopics } from '../../../clients/stores.ts'
import { listBans } from '../bans.ts'
import { judgeRecords } from '../matcher.ts'
import { changedSince } from '../observe.ts'
import { type Alive, Unproven } from './check.ts'

const deadLetters = 'shop.products.dlq'
// bytes that are no UTF-8 have to reach the matcher as they are: it sets such a record aside
const asIs = 'latin1'

/** What the rules in force make of the products that the shops have sent, as of `ends` of their topics. */
export type Judged = { rules: number; banned: Set<string>; allowed: Set<string>; ends: Map<string, Offsets>; rulesEnd: Offsets; lettersEnd: Offsets }

/** Monitoring's own products come and go. */
const isCanary = (id: string) => id.startsWith(canaryId)

/**
 * Judges the latest valid version of every product by the filter's own matcher. The records go through a file, so that
 * memory holds ids only, however much the shops have sent.
 */
export async function judgeAll(env: Environment, alive: Alive): Promise<Judged> {
  const kafka = kafkaClient(env, 'operator')
  const [rules, { end: rulesEnd }, { end: lettersEnd }] = await Promise.all([listBans(env), topicOffsets(kafka, 'catalog.bans'), topicOffsets(kafka, deadLetters)])
  const ends = new Map<string, Offsets>()
  for (const topic of productTopics(loadStores(env))) ends.set(topic, (await topicOffsets(kafka, topic)).end)
  const foreign = new Set<string>()
  await eachForeign(kafka, new Map(), (_, place) => void foreign.add(place))
  const folder = await mkdtemp(join(tmpdir(), 'vygodno-check-'))
  try {
    const file = join(folder, 'products.jsonl')
    const { keys, withdrawn } = await spooled(kafka, [...ends.keys()], foreign, file, alive)
    const isBanned = new Map<string, boolean>()
    for await (const { line, product_id: id, rules: matched } of judgeRecords(env, rules, jsonLines(createReadStream(file)))) {
      if (line % 1_000 === 0) alive(`${line} of ${keys.length} products judged`)
      // the filter sets a record aside whose key is not its product's id
      if (id !== undefined && matched && keys[line - 1] === id && line > (withdrawn.get(id) ?? 0)) isBanned.set(id, matched.length > 0)
    }
    const having = (banned: boolean) => new Set([...isBanned].filter(([, is]) => is === banned).map(([id]) => id))
    return { rules: rules.length, banned: having(true), allowed: having(false), ends, rulesEnd, lettersEnd }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Writes what may be a product into a file, a line each.
 *
 * @returns the keys line by line, and after which line a product was withdrawn
 */
async function spooled(kafka: Kafka, topics: string[], foreign: Set<string>, file: string, alive: Alive) {
  const [keys, withdrawn, sentAt] = [[] as string[], new Map<string, number>(), new Map<string, number>()]
  // at once, for a stream would keep in memory what the disk is too slow for
  const spool = openSync(file, 'w', 0o600)
  try {
    for (const topic of topics) {
      const before = new Map(sentAt)
      await readTopic(kafka, 'operator', topic, ({ key, value, partition, offset, timestampMs }) => {
        // another store's record leaves the product as it was
        if (key === null || isCanary(key) || foreign.has(`${topic} ${partition} ${offset}`)) return
        // a product that was given to a store of another identity stands in the topics of both
        if (timestampMs < (before.get(key) ?? 0)) return
        sentAt.set(key, timestampMs)
        // a shop's tombstone withdraws the product
        if (value === null) return void withdrawn.set(key, keys.length)
        // a line break in valid JSON is no part of a text
        const text = value.toString(asIs).replaceAll('\n', ' ')
        if (!text.startsWith('{')) return
        writeSync(spool, `${text}\n`, null, asIs)
        if (keys.push(key) % 1_000 === 0) alive(`${keys.length} products read`)
      })
    }
  } finally {
    closeSync(spool)
  }
  return { keys, withdrawn }
}

/** The records that the filter has set aside as another store's: whose product they are about, and their topic, partition and offset. */
async function eachForeign(kafka: Kafka, from: Offsets, take: (id: string, place: string) => void): Promise<void> {
  await readTopic(kafka, 'operator', deadLetters, ({ key, headers }) => {
    const { reason, 'source.topic': source, 'source.partition': partition, 'source.offset': offset } = headers
    if (key !== null && String(reason) === 'foreign-product') take(key, `${String(source)} ${String(partition)} ${String(offset)}`)
  }, from)
}

/**
 * Products that shops have sent since they were judged, or that a record was about which the filter has set aside since.
 *
 * @throws Unproven when moderators have changed the rules since: nothing that was judged holds any more
 */
export async function sentSince(env: Environment, { ends, rulesEnd, lettersEnd }: Judged): Promise<Set<string>> {
  const kafka = kafkaClient(env, 'operator')
  const { end } = await topicOffsets(kafka, 'catalog.bans')
  if ([...end].some(([partition, offset]) => offset !== rulesEnd.get(partition))) throw new Unproven('the rules were changed while looking', 'task check -- filter')
  const since = new Set<string>()
  for (const [topic, from] of ends) for (const id of await changedSince(env, topic, from)) since.add(id)
  await eachForeign(kafka, lettersEnd, (id) => void since.add(id))
  return since
}
