import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { connectRest } from '../../../clients/connect.ts'
import type { Environment } from '../../../clients/environment.ts'
import { kafkaClient, readTopic } from '../../../clients/kafka.ts'
import { withPostgres } from '../../../clients/postgres.ts'
import { difference, idsInFile, liveKeys } from '../observe.ts'
import { until } from '../until.ts'
import { type Group, prove } from './check.ts'

/** How long a sink may lag behind the topic before that counts as a difference. */
const settleMs = 15_000

/** What the filter lets through arrives in PostgreSQL and in the debug file, all of it, unchanged, and nothing else. */
export const storage: Group = {
  name: 'storage',
  about: 'PostgreSQL and the debug file equal the filtered topic, key by key',
  run: ({ env, config }) =>
    prove('storage', [
      {
        name: 'PostgreSQL equals catalog.products',
        expected: 'the same products, each equal in every field',
        look: () => settled(async () => compared(await documentsInTopic(env), await documentsInPostgres(env))),
      },
      {
        name: 'the debug file equals catalog.products',
        expected: 'the same products',
        look: () =>
          settled(async () => {
            const [expected, seen] = [await liveKeys(env, 'catalog.products'), await idsInFile(env)]
            const wrong = difference(expected, seen)
            return { ok: wrong === '', seen: wrong || `${seen.size} products in both` }
          }),
      },
      {
        name: 'connectors run',
        expected: 'every declared connector and all of its tasks RUNNING',
        look: async () => {
          const all = await connectRest(env, 'connect').connectors()
          const stopped = config.connectors.connect.flatMap(({ name }) => {
            const status = all[name]?.status
            const states = status ? [status.connector.state, ...status.tasks.map(({ state }) => state)] : ['missing']
            return status && status.tasks.length > 0 && states.every((state) => state === 'RUNNING') ? [] : [`${name}: ${states.join(', ')}`]
          })
          return { ok: stopped.length === 0, seen: stopped.join('; ') || `${config.connectors.connect.length} connectors RUNNING` }
        },
      },
    ]),
}

type Verdict = { ok: boolean; seen: string }

/** Looks again until it is so: products may be on their way while the platform works. */
export async function settled(look: () => Promise<Verdict>): Promise<Verdict> {
  let last: Verdict = { ok: false, seen: 'nothing' }
  await until({ code: 'CHECK_NOT_SETTLED', awaited: 'the same', timeoutMs: settleMs, everyMs: 500, hint: 'task check -- storage' }, async () => {
    last = await look()
    return last.ok || last.seen
  }).catch((error: unknown) => {
    if (last.ok || last.seen === 'nothing') throw error
  })
  return last
}

function compared(expected: Map<string, unknown>, seen: Map<string, unknown>): Verdict {
  const differing = [...expected].filter(([id, doc]) => seen.has(id) && !isDeepStrictEqual(doc, seen.get(id))).map(([id]) => id)
  const wrong = [difference(new Set(expected.keys()), new Set(seen.keys())), ...(differing.length > 0 ? [`different: ${differing.slice(0, 5).join(', ')}`] : [])].filter(Boolean).join('; ')
  return { ok: wrong === '', seen: wrong || `${seen.size} equal products` }
}

async function documentsInTopic(env: Environment): Promise<Map<string, unknown>> {
  const live = new Map<string, unknown>()
  await readTopic(kafkaClient(env, 'operator'), 'operator', 'catalog.products', ({ key, value }) => {
    if (key === null) return
    if (value === null) live.delete(key)
    else live.set(key, JSON.parse(value.toString()))
  })
  return live
}

async function documentsInPostgres(env: Environment): Promise<Map<string, unknown>> {
  const { rows } = await withPostgres(env, 'operator', (db) => db.query('select product_id, doc from products'))
  return new Map(z.array(z.object({ product_id: z.string(), doc: z.unknown() })).parse(rows).map(({ product_id, doc }) => [product_id, doc]))
}
