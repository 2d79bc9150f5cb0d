import type { Catalogue } from './catalogue.ts'
import { type Random, shuffled } from './random.ts'

/** How many independent tastes there are. */
export const DIMENSIONS = 6
const TREND_DAYS = 5

/** What the catalogue does not say: what products are like, how popular they are, what goes with what. */
export type Market = Catalogue & {
  days: number
  /** the category of an item, by place */
  categoryOf: Int32Array
  /** the logarithm of an item's popularity in its category */
  popularity: Float64Array
  /** DIMENSIONS numbers an item */
  features: Float64Array
  /** an item's price beside its category's, in standard deviations of the logarithm */
  dearness: Float64Array
  /** ln(price / median price of all) */
  expense: Float64Array
  /** the logarithm of a category's popularity */
  demand: Float64Array
  /** when in the year, from 0 to 1, a category sells best */
  peak: Float64Array
  /** the category that is bought along with one */
  companion: Int32Array
  /** the day an item begins to be talked about, by item */
  trends: Map<number, number>
}

/**
 * Draws a market over a catalogue. Popularity follows Zipf's law, among the items of a category and, flatter, among
 * categories; items of a brand are alike.
 *
 * @param days of the simulated period, in which products come into fashion
 */
export function marketOf(catalogue: Catalogue, days: number, random: Random): Market {
  const { items, categories } = catalogue
  const categoryOf = new Int32Array(items.length)
  const popularity = new Float64Array(items.length)
  const dearness = new Float64Array(items.length)
  categories.forEach(({ members }, category) => {
    const ranks = shuffled(members.length, random)
    const logPrices = members.map((item) => logPrice(items[item]?.price))
    const mean = logPrices.reduce((sum, value) => sum + value, 0) / members.length
    const variance = logPrices.reduce((sum, value) => sum + (value - mean) ** 2, 0) / members.length
    members.forEach((item, at) => {
      categoryOf[item] = category
      popularity[item] = -0.9 * Math.log(1 + (ranks[at] ?? 0))
      dearness[item] = ((logPrices[at] ?? 0) - mean) / Math.max(0.2, Math.sqrt(variance))
    })
  })
  const demandRanks = shuffled(categories.length, random)
  const median = items.map(({ price }) => logPrice(price)).sort((one, other) => one - other)[items.length >> 1] ?? 0
  return {
    ...catalogue,
    days,
    categoryOf,
    popularity,
    dearness,
    features: featuresOf(catalogue, random),
    expense: Float64Array.from(items, ({ price }) => logPrice(price) - median),
    demand: Float64Array.from(demandRanks, (rank) => -0.5 * Math.log(1 + rank)),
    peak: Float64Array.from(categories, () => random.next()),
    companion: Int32Array.from(categories, (_, own) => another(own, categories.length, random)),
    trends: trendsOf(items.length, days, random),
  }
}

const another = (own: number, count: number, random: Random) => (own + 1 + random.whole(count - 1)) % count
const logPrice = (price = 1) => Math.log(Math.max(price, 1))

function featuresOf({ items }: Catalogue, random: Random): Float64Array {
  const brands = new Map<string, number[]>()
  const features = new Float64Array(items.length * DIMENSIONS)
  items.forEach(({ brand }, item) => {
    const common = brands.get(brand) ?? Array.from({ length: DIMENSIONS }, () => random.normal())
    brands.set(brand, common)
    for (let axis = 0; axis < DIMENSIONS; axis++)
      features[item * DIMENSIONS + axis] = (0.5 * (common[axis] ?? 0) + 0.85 * random.normal()) / Math.sqrt(DIMENSIONS)
  })
  return features
}

function trendsOf(count: number, days: number, random: Random): Map<number, number> {
  const trending = shuffled(count, random).slice(0, Math.max(3, Math.round(count / 50)))
  // rather late than early: what is in fashion now is what a report shows
  return new Map(trending.map((item) => [item, days * Math.sqrt(random.next())]))
}

/** How many times more than usual an item is looked at on a day because it is in fashion. */
export function fashion(market: Market, item: number, day: number): number {
  const since = day - (market.trends.get(item) ?? Infinity)
  return since < 0 ? 1 : 1 + 6 * Math.exp(-since / TREND_DAYS)
}

/** The logarithm of how much more than usual a category is asked for at a time of the year, from 0 to 1. */
export function season(market: Market, category: number, year: number): number {
  return 0.4 * Math.cos(2 * Math.PI * (year - (market.peak[category] ?? 0)))
}
