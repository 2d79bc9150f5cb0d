import { attraction, cartChance, wishes } from './appeal.ts'
import type { Market } from './market.ts'
import type { Shopper } from './shoppers.ts'

const MOST_TASTES = 50

/** A user's products, dearest to him first: [product_id, utility]. */
export type Tastes = { user_id: string; tastes: [string, number][] }

/**
 * What a user would buy if there were neither chance, seasons nor fashion: the probability that one wish of his ends
 * with a product in his cart, of those in stock. No recommendation can know more, so it is the ceiling of all.
 */
export function tastesOf(market: Market, shopper: Shopper): Tastes {
  const wanted = wishes(market, shopper)
  const all = wanted.reduce((sum, wish) => sum + wish, 0)
  const tastes = market.categories.flatMap(({ members }, category) => {
    const attractions = members.map((item) => attraction(market, shopper, item))
    const total = attractions.reduce((sum, value) => sum + value, 0)
    return members.map((item, at) => {
      const seen = ((wanted[category] ?? 0) / all) * ((attractions[at] ?? 0) / total)
      return { item, utility: seen * cartChance(market, shopper, item) }
    })
  })
  const best = tastes
    .filter(({ utility }) => utility > 0)
    .sort((one, other) => other.utility - one.utility || one.item - other.item)
    .slice(0, MOST_TASTES)
  return {
    user_id: shopper.id,
    tastes: best.map(({ item, utility }) => [market.items[item]?.product_id ?? '', Number(utility.toPrecision(6))]),
  }
}
