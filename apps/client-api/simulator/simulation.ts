import { hash } from 'node:crypto'
import { type ClientEvent, newEvent } from '../event.ts'
import { DAY_MS, HOUR_MS, hourOf, schedule } from './calendar.ts'
import type { Catalogue } from './catalogue.ts'
import { type Market, marketOf } from './market.ts'
import { phrasesOf } from './phrases.ts'
import { cumulate, pick, type Random, randomOf } from './random.ts'
import { type Shopper, shoppersOf } from './shoppers.ts'
import { type Deed, visit, type World } from './visit.ts'

const FUTILE_CHOICES = 50

/** What is simulated: equal scenarios over equal catalogues give equal events, byte for byte. */
export type Scenario = {
  users: number
  events: number
  /** a whole number from 0 to 2^31 - 1 */
  seed: number
  days: number
  /** the end of the period, milliseconds since 1970 */
  untilMs: number
}

/** A simulated marketplace. */
export type Simulation = {
  market: Market
  shoppers: Shopper[]
  /** exactly as many events as were asked for, in order of time, an hour at a time */
  hours: Generator<ClientEvent[]>
}

/** Sets a marketplace up: everything that is drawn before the first event. */
export function simulation(catalogue: Catalogue, scenario: Scenario): Simulation {
  const market = marketOf(catalogue, scenario.days, randomOf(scenario.seed, 0))
  const shoppers = shoppersOf(market, scenario.users, `sim${scenario.seed}`, randomOf(scenario.seed, 1))
  return { market, shoppers, hours: hours(market, shoppers, scenario) }
}

function* hours(market: Market, shoppers: Shopper[], scenario: Scenario): Generator<ClientEvent[]> {
  const random = randomOf(scenario.seed, 2)
  const due = schedule(scenario.events, scenario.untilMs, scenario.days)
  const startMs = scenario.untilMs - due.length * HOUR_MS
  // what will happen in each hour to come, such as the reviews of what was bought
  const waiting: ClientEvent[][] = due.map(() => [])
  const newId = idsOf(scenario)
  let count = 0
  const record = (shopper: Shopper, atMs: number, deed: Deed) => {
    const hour = waiting[Math.floor((atMs - startMs) / HOUR_MS)]
    if (!hour || count === scenario.events) return
    const { type, ...details } = deed
    hour.push(newEvent(type, shopper.id, details, { event_id: newId(count++), at: new Date(atMs).toISOString() }))
  }
  const world: World = { market, phrases: phrasesOf(market, random), random, startMs, record }
  const visitors = cumulate(shoppers.map(({ activity }) => activity))
  for (const [hour, wanted] of due.entries()) {
    const hourMs = startMs + hour * HOUR_MS
    while (count < wanted) {
      const shopper = visitor(shoppers, () => pick(visitors, random), hourMs, startMs, random)
      visit(world, shopper, hourMs + random.whole(HOUR_MS))
    }
    yield (waiting[hour] ?? []).sort(byTime)
    waiting[hour] = []
  }
}

const byTime = (one: ClientEvent, other: ClientEvent) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0)

/** Somebody who would come now: has joined already, and at such an hour. */
function visitor(shoppers: Shopper[], choose: () => number, atMs: number, startMs: number, random: Random): Shopper {
  for (let tries = 0; ; tries++) {
    const shopper = shoppers[choose()] as Shopper
    const comes = shopper.joined * DAY_MS <= atMs - startMs && random.chance(shopper.segment.hours(hourOf(atMs)))
    // of very few users there may be none that would
    if (comes || tries === FUTILE_CHOICES) return shopper
  }
}

/** Name-based identifiers (RFC 9562, version 5) of a scenario's events. */
function idsOf(scenario: Scenario): (event: number) => string {
  const namespace = Object.values(scenario).join('/')
  return (event) => {
    const digest = hash('sha1', `vygodno/${namespace}/${event}`)
    const part = (from: number, to: number) => digest.slice(from, to)
    const variant = ((parseInt(digest.charAt(16), 16) & 3) | 8).toString(16)
    return `${part(0, 8)}-${part(8, 12)}-5${part(13, 16)}-${variant}${part(17, 20)}-${part(20, 32)}`
  }
}
