import { z } from 'zod'
import { withPostgres } from '../../../clients/postgres.ts'
import { runApp } from '../apps.ts'
import { difference, liveKeys } from '../observe.ts'
import { type Alive, type Claim, type Group, judged, prove, settled, type Subject, Unproven } from './check.ts'

const topic = 'analytics.recommendations'
const asked = 5
const bring = 'task simulate; task analytics -- ingest; task analytics -- recommend'
const userShape = z.array(z.object({ user_id: z.string() }))
const answerShape = z.object({ items: z.array(z.object({ product_id: z.string() })) })

/** Lists are computed, arrive where they are served from, and name nothing that may not be sold. */
export const recommendations: Group = {
  name: 'recommendations',
  about: 'what is recommended stands in its topic and in PostgreSQL, and may be sold',
  profile: 'analytics',
  run: (subject) => prove('recommendations', [areComputed(subject), areServed(subject), areOnSale(subject)]),
}

function areComputed({ env }: Subject): Claim {
  return {
    name: `${topic} holds lists`,
    expected: 'at least one',
    look: async (alive) => {
      const { size } = await liveKeys(env, topic, alive)
      if (size === 0) throw new Unproven('none', bring)
      return judged(true, `${size}`)
    },
  }
}

async function usersInPostgres({ env }: Subject): Promise<Set<string>> {
  const { rows } = await withPostgres(env, 'operator', (db) => db.query('select user_id from recommendations'))
  return new Set(userShape.parse(rows).map(({ user_id: user }) => user))
}

function areServed(subject: Subject): Claim {
  return {
    name: `PostgreSQL equals ${topic}`,
    expected: 'the same users',
    look: (alive) =>
      settled(async () => {
        const [expected, seen] = [await liveKeys(subject.env, topic, alive), await usersInPostgres(subject)]
        if (expected.size + seen.size === 0) throw new Unproven('no user in either', bring)
        const wrong = difference(expected, seen)
        return judged(wrong === '', wrong || `${seen.size} users in both`)
      }),
  }
}

/** Asked as a customer would ask, some users' answers are compared with what is on sale. */
function areOnSale(subject: Subject): Claim {
  return {
    name: 'nothing is recommended that may not be sold',
    expected: 'listed products in stock only, none twice',
    look: (alive) =>
      settled(async () => {
        const users = [...(await usersInPostgres(subject))].filter((user) => user !== '*').slice(0, asked)
        const shown: string[] = []
        for (const user of users) {
          const { items } = await runApp(subject.env, 'client-api', ['recommend', user, '--unrecorded'], answerShape)
          alive(`asked for ${user}`)
          const ids = items.map(({ product_id: id }) => id)
          const twice = ids.find((id, index) => ids.indexOf(id) !== index)
          if (twice) return judged(false, `${twice} twice for ${user}`)
          shown.push(...ids)
        }
        if (shown.length === 0) throw new Unproven(`nothing is recommended to ${users.length} users`, bring)
        const onSale = await idsOnSale(subject, alive)
        const wrong = shown.filter((id) => !onSale.has(id))
        return judged(wrong.length === 0, wrong.join(', ') || `${shown.length} products for ${users.length} users`)
      }),
  }
}

async function idsOnSale({ env }: Subject, alive: Alive): Promise<Set<string>> {
  const { rows } = await withPostgres(env, 'operator', (db) => db.query('select product_id from products where available > 0'))
  const listed = await liveKeys(env, 'catalog.products', alive)
  return new Set(z.array(z.object({ product_id: z.string() })).parse(rows).map(({ product_id: id }) => id).filter((id) => listed.has(id)))
}
