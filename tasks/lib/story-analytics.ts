import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { CheckError } from '../../clients/errors.ts'
import { runApp } from './apps.ts'
import { addBan } from './bans.ts'
import { ingest } from './lake.ts'
import { sinceOf } from './copies.ts'
import { compareTopic } from './mirror.ts'
import { liveKeys } from './observe.ts'
import { recommend } from './recommendations.ts'
import { withBanLifted } from './story.ts'
import { until } from './until.ts'

const reason = 'demo'
const simulated = z.object({ sent: z.int(), users: z.int() })
const answer = z.object({ known: z.boolean(), items: z.array(z.object({ product_id: z.string(), name: z.string(), reason: z.string().nullish() })) })

/** Simulated users search, view and buy. */
export async function customersCome(env: Environment): Promise<string> {
  const { sent, users } = await runApp(env, 'client-api', ['simulate', '--users', '200', '--events', '10000'], simulated)
  if (sent !== 10_000) throw new CheckError('DEMO_SIMULATE', `expected 10000 events sent, got ${sent}`, 'task simulate -- --users 200 --events 10000')
  return `${sent} events of ${users} users acknowledged`
}

/** The copy on the analytics cluster equals the original, record by record and in order. */
export async function eventsAreMirrored(env: Environment): Promise<string> {
  let found = { analytics: 0, hash: '' }
  await until({ code: 'DEMO_MIRROR', awaited: 'a complete copy of client.events on the analytics cluster', timeoutMs: 90_000, everyMs: 500, hint: 'task logs -- mirror; task plan -- mirrors' }, async () => {
    const { difference, ...seen } = await compareTopic(env, 'client.events', false, await sinceOf(env, 'client.events'))
    found = seen
    return difference === '' || difference
  })
  return `${found.analytics} records, hash ${found.hash}`
}

/** The copied events become rows in HDFS; a second look adds none. Products keep coming meanwhile: the canary's. */
export async function eventsAreInTheLake(env: Environment): Promise<string> {
  const rows = async () => (await ingest(env, { batch: '500000' })).filter(({ feed }) => feed === 'events').reduce((sum, feed) => sum + feed.rows + feed.quarantined, 0)
  const [added, again] = [await rows(), await rows()]
  if (added < 10_000 || again !== 0) throw new CheckError('DEMO_LAKE', `expected at least 10000 events added and none by a second run, got ${added} and ${again}`, 'task analytics -- ingest')
  return `${added} events added, 0 by a second run`
}

/** A model is chosen, and each user's list arrives in PostgreSQL, from where it is served. */
export async function recommendationsAreServed(env: Environment): Promise<{ user: string; first: { id: string; name: string }; shown: string }> {
  const { model, records } = await recommend(env)
  const users = [...(await liveKeys(env, 'analytics.recommendations'))].filter((user) => user !== '*').sort()
  const user = users.at(0)
  if (!user || records < 2) throw new CheckError('DEMO_RECOMMEND', `expected lists for the users of the lake, got ${records}`, 'task analytics -- recommend')
  let first: { id: string; name: string; why: string } | undefined
  await until({ code: 'DEMO_RECOMMEND', awaited: `recommendations for ${user}`, timeoutMs: 30_000, hint: 'task logs -- connect' }, async () => {
    const { known, items } = await recommended(env, user)
    const [item] = items
    if (item) first = { id: item.product_id, name: item.name, why: item.reason ?? 'no reason given' }
    return (known && first !== undefined) || 'only what is popular'
  })
  if (!first) throw new Error('awaited, so it is there')
  return { user, first, shown: `${records} lists by ${model}; first for ${user}: «${first.name}», ${first.why}` }
}

/** A product banned now is gone from the recommendations before any job runs again; afterwards it is back. */
export async function bannedIsNotRecommended(env: Environment, { user, first }: { user: string; first: { id: string; name: string } }): Promise<string> {
  const started = performance.now()
  return withBanLifted(env, first.id, async () => {
    await addBan(env, 'id', first.id, reason)
    await until({ code: 'DEMO_RECOMMEND_BANNED', awaited: `«${first.name}» to be gone from what is recommended to ${user}`, timeoutMs: 15_000, hint: 'task logs -- connect' }, async () => {
      const { items } = await recommended(env, user)
      return items.length > 0 && items.every(({ product_id: id }) => id !== first.id) || 'still recommended'
    })
    return `gone after ${((performance.now() - started) / 1000).toFixed(1)} s`
  })
}

function recommended(env: Environment, user: string): Promise<z.infer<typeof answer>> {
  return runApp(env, 'client-api', ['recommend', user], answer)
}
