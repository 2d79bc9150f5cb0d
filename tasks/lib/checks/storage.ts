import { createHash } from 'node:crypto'
import { z } from 'zod'
import { connectRest } from '../../../clients/connect.ts'
import type { Environment, Worker } from '../../../clients/environment.ts'
import { changedSince, difference, eachRow, idsInFile, latestDigests } from '../observe.ts'
import { type Alive, type Claim, type Group, judged, prove, settled, Unproven, type Verdict } from './check.ts'
import { onceArrived, sinkOf } from './on-its-way.ts'

const topic = 'catalog.products'
const bringProducts = 'task shop -- send data/products.json'

/** What the filter lets through arrives in PostgreSQL and in the debug file, all of it, unchanged, and nothing else. */
export const storage: Group = {
  name: 'storage',
  about: 'PostgreSQL and the debug file equal the filtered topic, key by key',
  run: ({ env, config, progress }) =>
    prove(
      'storage',
      [
        {
          name: `PostgreSQL equals ${topic}`,
          expected: 'the same products, each equal in every field',
          look: (alive) => onceArrived(env, alive, [sinkOf('catalog-postgres')], () => compared(env, alive, documentsInPostgres, ([id, digest], expected) => expected.get(id) === digest)),
        },
        {
          name: `the debug file equals ${topic}`,
          expected: 'the same products',
          look: (alive) => onceArrived(env, alive, [sinkOf('catalog-file')], () => compared(env, alive, idsAlone, ([id], expected) => expected.has(id))),
        },
        connectorsRun(env, 'connect', config.connectors.connect.map(({ name }) => name)),
      ],
      { progress },
    ),
}

/** Every declared connector of a worker and its tasks run; a group that is rebalanced is given the time that takes. */
export function connectorsRun(env: Environment, worker: Worker, declared: string[]): Claim {
  return {
    name: `the connectors of ${worker} run`,
    expected: `${declared.join(', ')} and all of their tasks RUNNING`,
    timeoutMs: 40_000,
    look: () =>
      settled(async () => {
        const all = await connectRest(env, worker).connectors()
        const stopped = declared.flatMap((name) => {
          const status = all[name]?.status
          const states = status ? [status.connector.state, ...status.tasks.map(({ state }) => state)] : ['missing']
          return status && status.tasks.length > 0 && states.every((state) => state === 'RUNNING') ? [] : [`${name}: ${states.join(', ')}`]
        })
        return judged(declared.length > 0 && stopped.length === 0, stopped.join('; ') || `${declared.length} connectors RUNNING`)
      }),
  }
}

const idsAlone: Stored = async (env, alive) => new Map([...(await idsInFile(env, alive))].map((id) => [id, '']))

type Stored = (env: Environment, alive: Alive) => Promise<Map<string, string>>

/** The topic is read before the store, and what has come to it meanwhile may or may not be stored: it is left out. */
async function compared(env: Environment, alive: Alive, stored: Stored, isEqual: (entry: [string, string], expected: Map<string, string>) => boolean): Promise<Verdict> {
  let read = 0
  const { live: expected, end } = await latestDigests(env, topic, digestOf, () => void (++read % 1_000 === 0 && alive(`${read} records of ${topic}`)))
  const seen = await stored(env, alive)
  if (expected.size + seen.size === 0) throw new Unproven('no product in either', bringProducts)
  const meanwhile = await changedSince(env, topic, end)
  const stable = (ids: Iterable<string>) => new Set([...ids].filter((id) => !meanwhile.has(id)))
  const [wanted, found] = [stable(expected.keys()), stable(seen.keys())]
  const differing = [...found].filter((id) => wanted.has(id) && !isEqual([id, seen.get(id) ?? ''], expected))
  const wrong = [difference(wanted, found), ...(differing.length > 0 ? [`different: ${differing.slice(0, 5).join(', ')}`] : [])].filter(Boolean).join('; ')
  return judged(wrong === '', wrong || `${found.size} equal products`)
}

const digestOf = (value: Buffer) => digest(JSON.parse(value.toString()))

/** Of what a document says, in whatever order its fields stand; JSON writes -0 as 0, which is all that PostgreSQL knows. */
export function digest(document: unknown): string {
  return createHash('sha256').update(JSON.stringify(sorted(document))).digest('base64').slice(0, 16)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, each]) => [key, sorted(each)])
}

const rowShape = z.object({ product_id: z.string(), doc: z.unknown() })

async function documentsInPostgres(env: Environment, alive: Alive): Promise<Map<string, string>> {
  const digests = new Map<string, string>()
  await eachRow(env, 'operator', ['doc'], rowShape, alive, ({ product_id: id, doc }) => digests.set(id, digest(doc)))
  return digests
}
