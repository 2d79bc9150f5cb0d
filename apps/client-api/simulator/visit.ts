import type { ClientEvent } from '../event.ts'
import { totalOf } from '../event.ts'
import { attraction, cartChance, fitOf, purchaseChance, wishes } from './appeal.ts'
import { DAY_MS, HOUR_MS, yearPart } from './calendar.ts'
import { fashion, type Market } from './market.ts'
import type { Phrases } from './phrases.ts'
import { cumulate, pick, type Random } from './random.ts'
import type { Shopper } from './shoppers.ts'

const SEARCHES = 0.45
const SEARCHES_IN_VAIN = 0.05
const ASKS_ADVICE = 0.15
const ADVICE_SHOWN = 10
const WISHES_MORE = 0.35
const FOLLOWS_COMPANION = 0.6
const MOST_WISHES = 4
const RETURNS_TO_CART = 0.25
const BUYS_LEFT = 0.5
const BUYS_AGAIN = 0.1
const REVIEWS = 0.18
const ANGRY = 0.07

type Body<T> = T extends ClientEvent ? Omit<T, 'event_id' | 'user_id' | 'at'> : never
/** An event without who and when. */
export type Deed = Body<ClientEvent>

/** Where visits happen; `record` is told what a user does when. */
export type World = {
  market: Market
  phrases: Phrases
  random: Random
  startMs: number
  record: (shopper: Shopper, atMs: number, deed: Deed) => void
}

/**
 * One visit of a user: one wish or more; for each a search, advice or nothing, then products looked at; of these some
 * go into the cart, some of those are bought, some of those reviewed days later.
 */
export function visit(world: World, shopper: Shopper, atMs: number): void {
  const { market, random } = world
  const time = clock(atMs, random)
  if (random.chance(RETURNS_TO_CART)) buyWhatIsLeft(world, shopper, time)
  let wish = pick(cumulate(wishes(market, shopper, yearPart(atMs))), random)
  for (let count = 1; wish >= 0; count++) {
    if (!pursue(world, shopper, wish, time)) return
    if (count === MOST_WISHES || !random.chance(WISHES_MORE)) return
    wish = random.chance(FOLLOWS_COMPANION)
      ? (market.companion[wish] ?? -1)
      : pick(cumulate(wishes(market, shopper, yearPart(atMs))), random)
  }
}

type Clock = { now: number; tick: () => number }

function clock(atMs: number, random: Random): Clock {
  const tick = () => (own.now += Math.round(4_000 + 25_000 * Math.exp(0.8 * random.normal())))
  const own: Clock = { now: atMs, tick }
  return own
}

/** Looks for something in a category; false when the user gives up. */
function pursue(world: World, shopper: Shopper, category: number, time: Clock): boolean {
  const { market, phrases, random, record } = world
  const day = (time.now - world.startMs) / DAY_MS
  const members = market.categories[category]?.members ?? []
  const again = (item: number) => (shopper.bought.has(item) ? BUYS_AGAIN : 1)
  const weights = members.map((item) => attraction(market, shopper, item) * fashion(market, item, day) * again(item))
  const next = () => {
    const at = pick(cumulate(weights), random)
    // nothing is looked at twice for the same wish
    if (at >= 0) weights[at] = 0
    return members[at]
  }
  let item = next()
  if (random.chance(SEARCHES)) {
    if (random.chance(SEARCHES_IN_VAIN)) {
      record(shopper, time.tick(), { type: 'search', ...phrases.searchInVain() })
      if (random.chance(0.5)) return false
    }
    const search = phrases.searchFor(item ?? 0)
    record(shopper, time.tick(), { type: 'search', ...search })
    if (search.results === 0) return false
  } else if (random.chance(ASKS_ADVICE)) record(shopper, time.tick(), { type: 'recommend', results: ADVICE_SHOWN })
  for (let left = 1 + random.poisson(shopper.segment.depth); left > 0 && item !== undefined; left--) {
    look(world, shopper, item, time)
    item = next()
  }
  return true
}

function look(world: World, shopper: Shopper, item: number, time: Clock): void {
  const { market, random, record } = world
  const product_id = market.items[item]?.product_id ?? ''
  record(shopper, time.tick(), { type: 'view', product_id })
  if (!random.chance(cartChance(market, shopper, item))) return
  record(shopper, time.tick(), { type: 'cart', product_id })
  const most = market.items[item]?.available ?? 0
  const quantity = Math.min(most, random.chance(0.85) ? 1 : 2 + random.poisson(0.4))
  const goods = { item, quantity, sinceMs: time.now }
  if (random.chance(purchaseChance(shopper))) buy(world, shopper, goods, time)
  else shopper.left.push(goods)
}

function buyWhatIsLeft(world: World, shopper: Shopper, time: Clock): void {
  // visits of an hour are not simulated in order: a cart may hold what is put there only later
  const ready = shopper.left.filter(({ sinceMs }) => sinceMs < time.now)
  shopper.left = shopper.left.filter(({ sinceMs }) => sinceMs >= time.now)
  for (const goods of ready) if (world.random.chance(BUYS_LEFT)) buy(world, shopper, goods, time)
}

function buy(world: World, shopper: Shopper, { item, quantity }: Shopper['left'][number], time: Clock): void {
  const { market, phrases, random, record } = world
  const { product_id = '', price = 0, currency = '' } = market.items[item] ?? {}
  record(shopper, time.tick(), { type: 'purchase', product_id, quantity, amount: totalOf(quantity, price), currency })
  shopper.bought.add(item)
  if (!random.chance(REVIEWS)) return
  // some are angry about the delivery, whatever they got
  const liked = random.chance(ANGRY) ? 1 : Math.round(4.5 + 0.4 * fitOf(market, shopper, item) + 0.9 * random.normal())
  const rating = Math.min(5, Math.max(1, liked))
  const received = time.now + 2 * DAY_MS + random.next() * 7 * DAY_MS + random.next() * HOUR_MS
  record(shopper, Math.round(received), { type: 'review', product_id, rating, text: phrases.opinion(rating) })
}
