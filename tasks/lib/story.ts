import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { certificateFiles, type Environment } from '../../clients/environment.ts'
import { CheckError } from '../../clients/errors.ts'
import { putBack } from '../../clients/interruption.ts'
import { kafkaClient, type Offsets, readTopic, topicOffsets } from '../../clients/kafka.ts'
import { runApp } from './apps.ts'
import { addBan, listBans, removeBan } from './bans.ts'
import { issue } from './certificates.ts'
import { judge } from './matcher.ts'
import { difference, idsInFile, idsInPostgres, liveKeys } from './observe.ts'
import { attemptTls } from './tls.ts'
import { until } from './until.ts'

const products = 'data/products.json'
const malformed = 'data/products-malformed.jsonl'
const reason = 'demo'

/** What the story is about: the ids of the sample file, those that rules hold back, and one product that is listed. */
export type Scene = { all: Set<string>; banned: Set<string>; product: { id: string; name: string } }

const sent = z.object({ sent: z.int(), skipped: z.int() })
const found = z.object({ results: z.array(z.object({ product_id: z.string() })) })

/** Judges the sample file by the rules in force; lifts a ban that an interrupted demo has left. */
export async function setScene(env: Environment): Promise<Scene> {
  for (const rule of await listBans(env)) if (rule.kind === 'id' && rule.reason === reason) await removeBan(env, 'id', rule.value)
  const verdicts = []
  for await (const verdict of judge(env, await listBans(env), join(env.root, products))) verdicts.push(verdict)
  const id = ({ product_id }: { product_id?: string | undefined }) => product_id ?? ''
  const listed = verdicts.find(({ rules = [] }) => rules.length === 0)
  if (!listed) throw new CheckError('DEMO_NOTHING_ALLOWED', `expected at least one allowed product in ${products}, the rules in force hold all of them back`, 'task banned -- list')
  return {
    all: new Set(verdicts.map(id)),
    banned: new Set(verdicts.filter(({ rules = [] }) => rules.length > 0).map(id)),
    product: { id: id(listed), name: listed.name ?? '' },
  }
}

/** @returns how many products Kafka has acknowledged */
export async function productsAreSent(env: Environment, { all }: Scene): Promise<string> {
  const result = await runApp(env, 'shop-api', ['send', products], sent)
  if (result.sent !== all.size) throw new CheckError('DEMO_SENT', `expected ${all.size} products sent, got ${result.sent}`, `task shop -- send ${products}`)
  return `${result.sent} acknowledged by Kafka`
}

/** The allowed ones arrive in the filtered topic and in PostgreSQL, the banned ones in neither. */
export async function bannedAreHeldBack(env: Environment, { all, banned }: Scene): Promise<string> {
  const allowed = new Set([...all].filter((id) => !banned.has(id)))
  const ofSample = (ids: Set<string>) => new Set([...ids].filter((id) => all.has(id)))
  for (const [place, read] of [['catalog.products', () => liveKeys(env, 'catalog.products')], ['PostgreSQL', () => idsInPostgres(env)]] as const)
    await until({ code: 'DEMO_FILTER', awaited: `exactly the ${allowed.size} allowed products in ${place}`, timeoutMs: 30_000, hint: 'task logs -- product-filter; task logs -- connect' }, async () => {
      const wrong = difference(allowed, ofSample(await read()))
      return wrong === '' || wrong
    })
  return `${banned.size} of ${all.size} held back, ${allowed.size} in the topic and in PostgreSQL`
}

/** Malformed records are sent as they are; each of them lands in the dead-letter topic. */
export async function malformedAreSetAside(env: Environment): Promise<string> {
  const verdicts = []
  for await (const verdict of judge(env, [], join(env.root, malformed))) verdicts.push(verdict)
  const expected = verdicts.flatMap((verdict) => verdict.reason ?? []).sort()
  const { end } = await topicOffsets(kafkaClient(env, 'operator'), deadLetters)
  await runApp(env, 'shop-api', ['send', malformed, '--unchecked'], sent)
  await until({ code: 'DEMO_DEAD_LETTERS', awaited: `${expected.length} more records in ${deadLetters}, with the reasons ${counts(expected)}`, timeoutMs: 20_000, hint: 'task logs -- product-filter' }, async () => {
    const seen = await reasonsSince(env, end)
    // another shop's records may be among them
    const missing = expected.filter((word, index) => expected.slice(0, index + 1).filter((other) => other === word).length > seen.filter((other) => other === word).length)
    return missing.length === 0 || `${counts(seen)}`
  })
  return `${expected.length} of ${verdicts.length}, for the reasons ${counts(expected)}`
}

const deadLetters = 'shop.products.dlq'

/** Why records were set aside, as their headers say. */
async function reasonsSince(env: Environment, from: Offsets): Promise<string[]> {
  const reasons: string[] = []
  await readTopic(kafkaClient(env, 'operator'), 'operator', deadLetters, ({ headers }) => void reasons.push(String(headers.reason ?? 'none')), from)
  return reasons
}

/** `bad-value 3, not-json 2` */
function counts(words: string[]): string {
  return [...new Set(words)].sort().map((word) => `${word} ${words.filter((other) => other === word).length}`).join(', ') || 'none'
}

async function isFound(env: Environment, { name, id }: Scene['product']): Promise<boolean> {
  const { results } = await runApp(env, 'client-api', ['search', name], found)
  return results.some(({ product_id }) => product_id === id)
}

/** @returns the query and that the product was among the results */
export async function searchFinds(env: Environment, { product }: Scene): Promise<string> {
  if (!(await isFound(env, product))) throw new CheckError('DEMO_SEARCH', `expected «${product.name}» to be found, it was not`, `task search -- ${product.name}`)
  return `«${product.name}»`
}

/** A demo's ban of a product is lifted at the end of some work, whatever becomes of that. */
export async function withBanLifted<T>(env: Environment, id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await putBack(`the ban of ${id} is lifted`, `task banned -- remove ${id}`, () => removeBan(env, 'id', id))
  }
}

/** Adds a ban and watches the product vanish from search. */
export async function banRetracts(env: Environment, { product }: Scene): Promise<string> {
  const started = performance.now()
  const effect = await addBan(env, 'id', product.id, reason)
  if (effect.retracted !== 1) throw new CheckError('DEMO_BAN', `expected 1 product retracted, got ${effect.retracted}`, 'task banned -- list')
  await until({ code: 'DEMO_BAN', awaited: `«${product.name}» to be gone from search`, timeoutMs: 15_000, hint: 'task logs -- connect' }, async () => !(await isFound(env, product)) || 'still found')
  return `gone from search after ${((performance.now() - started) / 1000).toFixed(1)} s`
}

/** Lifts the ban and watches the product come back without the shop's help. */
export async function unbanReinstates(env: Environment, { product }: Scene): Promise<string> {
  const effect = await removeBan(env, 'id', product.id)
  if (effect.reinstated !== 1) throw new CheckError('DEMO_UNBAN', `expected 1 product reinstated, got ${effect.reinstated}`, 'task banned -- list')
  await until({ code: 'DEMO_UNBAN', awaited: `«${product.name}» to be found again`, timeoutMs: 15_000, hint: 'task logs -- connect' }, async () => (await isFound(env, product)) || 'not found')
  return 'found again'
}

/** Folds the file of the file sink by product and compares it with the filtered topic. */
export async function fileHoldsAllowed(env: Environment): Promise<string> {
  const allowed = await liveKeys(env, 'catalog.products')
  await until({ code: 'DEMO_FILE', awaited: `exactly the ${allowed.size} ids of catalog.products in the file`, timeoutMs: 15_000, hint: 'task logs -- connect' }, async () => {
    const wrong = difference(allowed, await idsInFile(env))
    return wrong === '' || wrong
  })
  return `${allowed.size} ids`
}

/** A certificate of the same name from another CA is refused by every broker; the real one is answered by the same broker. */
export async function outsiderIsRefused(env: Environment): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vygodno-outsider-'))
  try {
    const foreign = { ...env, stack: folder }
    await issue(foreign, { name: 'shop-api', authority: 'platform', isServer: false })
    const real = certificateFiles(env, 'shop-api')
    const codes = new Set<string>()
    for (const broker of env.kafka.brokers) {
      const twin = await attemptTls(broker, real)
      if (twin.outcome !== 'answered') throw new CheckError('DEMO_TLS', `expected ${broker} to answer shop-api, it was ${twin.outcome}`, 'task status')
      const outsider = await attemptTls(broker, { ...certificateFiles(foreign, 'shop-api'), ca: real.ca })
      if (outsider.outcome !== 'refused') throw new CheckError('DEMO_TLS', `expected ${broker} to refuse a certificate of another CA, it was ${outsider.outcome}`, 'task plan -- certs')
      codes.add(outsider.code)
    }
    return `by all ${env.kafka.brokers.length} brokers: ${[...codes].join(', ')}`
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The endpoints and what to type next. */
export function whatNext(env: Environment): string {
  return `
Kafka       ${env.kafka.brokers.join(', ')} (mutual TLS; keys in ${join(env.stack, 'certs')})
Connect     ${env.workers.connect.url} (client certificate connect-admin)
PostgreSQL  ${env.postgres.host}:${env.postgres.port}/${env.postgres.database} (client certificates operator, client-api)
Debug file  ${join(env.stack, 'data', 'connect', 'catalog-products.tsv')}

Try next:
  task search -- беспроводные наушники
  task banned -- add --brand Теплотон --reason "проба"
  task banned -- list
  task shop -- send my-products.json
  task status
  task down`
}
