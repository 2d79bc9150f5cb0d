import { type Environment, onCluster } from '../../../clients/environment.ts'
import { kafkaClient, readTopic } from '../../../clients/kafka.ts'
import { inventory } from '../lake.ts'
import { idsInFile, idsInPostgres, liveKeys } from '../observe.ts'
import { partitionsWithoutRules } from '../seed-rules.ts'
import { type Alive, type Claim, type Group, judged, prove, Unproven } from './check.ts'
import { filterLives } from './filter-lives.ts'
import { heldBackCanary } from './held-back.ts'
import { type Judged, judgeAll, sentSince } from './judgement.ts'
import { onceArrived, type Reader, sinkOf, theFilter } from './on-its-way.ts'

/** Where a product that is let through can be seen, and who brings it there from `catalog.products`. */
type Place = { name: string; by?: Reader; read: (env: Environment, alive: Alive) => Promise<Set<string>> }
const places: Place[] = [
  { name: 'catalog.products', read: (env, alive) => liveKeys(env, 'catalog.products', alive) },
  { name: 'the debug file', by: sinkOf('catalog-file'), read: idsInFile },
  { name: 'PostgreSQL', by: sinkOf('catalog-postgres'), read: (env, alive) => idsInPostgres(env, 'operator', alive) },
  { name: 'search', by: sinkOf('catalog-postgres'), read: (env, alive) => idsInPostgres(env, 'client-api', alive) },
]

const bringProducts = 'task shop -- send data/products.json'

type Judgement = (alive: Alive) => Promise<Judged>

/**
 * The filter lives, and no banned product stands anywhere behind it; the allowed ones stand there, so that emptiness
 * proves nothing.
 */
export const filter: Group = {
  name: 'filter',
  about: 'the filter lives; no banned product passes it, every allowed one does',
  run: async ({ env, progress }) => {
    const listening = new Set<Alive>()
    let judging: Promise<Judged> | undefined
    // judged once, for all who wait for it
    const judgement: Judgement = (alive) => {
      listening.add(alive)
      return (judging ??= judgeAll(env, (text) => listening.forEach((each) => each(text)))).finally(() => listening.delete(alive))
    }
    const lake = env.profiles.includes('analytics') ? [lakeHoldsNoneBanned(env, judgement)] : []
    return prove('filter', [...filterLives(env), hasRules(env), rulesBite(env, judgement), ...places.map((place) => holdsAllowedOnly(env, place, judgement)), ...lake], { progress })
  },
}

function hasRules(env: Environment): Claim {
  return {
    name: 'the filter has its rules',
    expected: 'every partition has seen the mark of the ban list',
    look: async () => {
      const waiting = await partitionsWithoutRules(env)
      return judged(waiting.length === 0, waiting.length === 0 ? 'every partition has seen it' : `partitions ${waiting.join(', ')} have not, nothing is listed there: task apply -- bans`)
    },
  }
}

/** Either a shop's product shows it, or the one that monitoring sends for this. */
function rulesBite(env: Environment, judgement: Judgement): Claim {
  return {
    name: 'rules hold back what they should',
    expected: "a product that is held back: one of the shops', or monitoring's own",
    timeoutMs: 60_000,
    look: async (alive) => {
      const { rules, banned, allowed } = await judgement(alive)
      const canary = await heldBackCanary(env, alive)
      const seen = `${rules} rules hold back ${banned.size} of ${banned.size + allowed.size} products; ${canary.seen}`
      if (canary.outcome !== 'open') return { ...canary, seen }
      if (banned.size > 0) return judged(true, seen)
      throw new Unproven(seen, canary.hint ?? bringProducts)
    },
  }
}

function holdsAllowedOnly(env: Environment, { name, by, read }: Place, judgement: Judgement): Claim {
  return {
    name,
    expected: 'no banned product, every allowed one',
    look: async (alive) => {
      const products = await judgement(alive)
      const { banned, allowed } = products
      if (allowed.size === 0) throw new Unproven(`no product of the shops is allowed, ${banned.size} are banned`, bringProducts)
      return onceArrived(env, alive, [...theFilter(env), ...(by ? [by] : [])], async () => {
        const seen = await read(env, alive)
        const since = await sentSince(env, products)
        const passed = [...banned].filter((id) => seen.has(id) && !since.has(id))
        const missing = [...allowed].filter((id) => !seen.has(id) && !since.has(id))
        const wrong = [...show('banned', passed), ...show('missing', missing)].join('; ')
        return judged(wrong === '', wrong || `${banned.size} banned absent, ${allowed.size} allowed present`)
      })
    },
  }
}

/** The lake's current view is as old as the last ingest: it may lack new products, and hold what was banned since. */
function lakeHoldsNoneBanned(env: Environment, judgement: Judgement): Claim {
  return {
    name: "the lake's current view",
    expected: 'no product that was banned when it was brought in, some allowed ones',
    // a job of Spark says little until it ends, and one that fails ends by itself
    timeoutMs: 600_000,
    look: async (alive) => {
      const products = await judgement(alive)
      const { listed, listedUntil } = await inventory(env, { alive })
      const passed = new Set(listed.filter((id) => products.banned.has(id)))
      const late = await retractedSince(env, passed, listedUntil)
      const wrong = [...passed].filter((id) => !late.has(id))
      if (wrong.length > 0) return judged(false, show('banned', wrong).join(''))
      const right = listed.filter((id) => products.allowed.has(id)).length
      if (late.size > 0) throw new Unproven(`${late.size} banned since the last ingest, ${[...late][0]} among them`, 'task analytics -- ingest')
      if (right === 0) throw new Unproven('it holds no product of the shops', `${bringProducts}; task analytics -- ingest`)
      return judged(true, `${products.banned.size} banned absent, ${right} allowed present`)
    },
  }
}

/** Which of these products have left the copied catalogue after what the lake has read of it. */
async function retractedSince(env: Environment, ids: Set<string>, until: Record<string, number>): Promise<Set<string>> {
  const late = new Set<string>()
  if (ids.size === 0) return late
  await readTopic(kafkaClient(onCluster(env, 'analytics'), 'operator'), 'operator', 'catalog.products', ({ partition, offset, key, value }) => {
    if (key === null || !ids.has(key)) return
    if (value === null && Number(offset) >= (until[partition] ?? 0)) late.add(key)
    else late.delete(key)
  })
  return late
}

const show = (title: string, ids: string[]) => (ids.length > 0 ? [`${title}: ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ` and ${ids.length - 5} more` : ''}`] : [])
