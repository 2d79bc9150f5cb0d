import { DIMENSIONS, type Market } from './market.ts'
import { cumulate, pick, type Random } from './random.ts'
import { type Segment, segments } from './segments.ts'

const BRANDS_LOVED = 3

/** A user: what she likes, and what she has done that matters later. */
export type Shopper = {
  id: string
  segment: Segment
  /** how often she comes, beside others */
  activity: number
  /** the first day she may come */
  joined: number
  /** DIMENSIONS numbers */
  taste: Float64Array
  /** the logarithm of how much a category interests her, by category */
  interest: Float64Array
  brands: Set<string>
  bought: Set<number>
  /** left in the cart, not bought yet */
  left: { item: number; quantity: number; sinceMs: number }[]
}

/**
 * Draws the users of a market. Users of a segment share some of their taste, which is what a recommendation can learn
 * from others.
 *
 * @param name what their ids begin with
 */
export function shoppersOf(market: Market, count: number, name: string, random: Random): Shopper[] {
  const width = String(count).length
  const kinds = segments.map((segment) => ({
    segment,
    taste: Float64Array.from({ length: DIMENSIONS }, () => random.normal()),
    interest: Float64Array.from(market.categories, () => 0.7 * random.normal()),
  }))
  const shares = cumulate(segments.map(({ share }) => share))
  return Array.from({ length: count }, (_, index) => {
    const { segment, taste, interest } = kinds[pick(shares, random)] as (typeof kinds)[number]
    const own = Float64Array.from(interest, (value) => value + 1.1 * random.normal())
    return {
      id: `${name}-${String(index + 1).padStart(width, '0')}`,
      segment,
      // a few come every day, many came once
      activity: segment.activity * Math.exp(0.8 * random.normal()),
      joined: segment.late ? market.days * (0.8 + 0.2 * random.next()) : 0,
      taste: taste.map((value) => 0.6 * value + 0.8 * random.normal()),
      interest: own,
      brands: lovedBrands(market, own, random),
      bought: new Set(),
      left: [],
    }
  })
}

function lovedBrands(market: Market, interest: Float64Array, random: Random): Set<string> {
  const wanted = cumulate(interest.map((value, category) => Math.exp(value + (market.demand[category] ?? 0))))
  const brands = Array.from({ length: BRANDS_LOVED }, () => {
    const members = market.categories[pick(wanted, random)]?.members ?? []
    return market.items[members[random.whole(members.length)] ?? 0]?.brand ?? ''
  })
  return new Set(brands)
}
