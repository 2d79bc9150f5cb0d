import { z } from 'zod'
import { withPostgres } from '../../../clients/postgres.ts'
import { runApp } from '../apps.ts'
import { difference, liveKeys } from '../observe.ts'
import { type Claim, type Group, prove, type Subject } from './check.ts'
import { settled } from './storage.ts'

const topic = 'analytics.recommendations'
const asked = 5
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
    expected: 'at least one; task analytics -- recommend makes them',
    look: async () => {
      const { size } = await liveKeys(env, topic)
      return { ok: size > 0, seen: `${size}` }
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
    look: () =>
      settled(async () => {
        const [expected, seen] = [await liveKeys(subject.env, topic), await usersInPostgres(subject)]
        const wrong = difference(expected, seen)
        return { ok: wrong === '', seen: wrong || `${seen.size} users in both` }
      }),
  }
}

/** Asked as a customer would ask, some users' answers are compared with what is on sale. */
function areOnSale(subject: Subject): Claim {
  return {
    name: 'nothing is recommended that may not be sold',
    expected: 'listed products in stock only, none twice',
    look: async () => {
      const users = [...(await usersInPostgres(subject))].filter((user) => user !== '*').slice(0, asked)
      const { rows } = await withPostgres(subject.env, 'operator', (db) => db.query('select product_id from products where available > 0'))
      const listed = await liveKeys(subject.env, 'catalog.products')
      const onSale = new Set(z.array(z.object({ product_id: z.string() })).parse(rows).map(({ product_id: id }) => id).filter((id) => listed.has(id)))
      const wrong: string[] = []
      let shown = 0
      for (const user of users) {
        const { items } = await runApp(subject.env, 'client-api', ['recommend', user], answerShape)
        shown += items.length
        const ids = items.map(({ product_id: id }) => id)
        wrong.push(...ids.filter((id, index) => !onSale.has(id) || ids.indexOf(id) !== index))
      }
      return { ok: shown > 0 && wrong.length === 0, seen: wrong.length > 0 ? wrong.join(', ') : `${shown} products for ${users.length} users` }
    },
  }
}
