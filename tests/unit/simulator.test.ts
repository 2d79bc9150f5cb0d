import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { type ClientEvent, clientEventSchema } from '../../apps/client-api/event.ts'
import { schedule } from '../../apps/client-api/simulator/calendar.ts'
import { catalogueOfFile } from '../../apps/client-api/simulator/catalogue.ts'
import { withFile } from '../../apps/client-api/simulator/destination.ts'
import { malformed } from '../../apps/client-api/simulator/malformed.ts'
import { randomOf } from '../../apps/client-api/simulator/random.ts'
import { type Scenario, simulation } from '../../apps/client-api/simulator/simulation.ts'
import { tastesOf } from '../../apps/client-api/simulator/truth.ts'
import { loadEnvironment } from '../../clients/environment.ts'

const { root } = loadEnvironment({})
const scratch = mkdtempSync(join(tmpdir(), 'симуляция '))
after(() => rmSync(scratch, { recursive: true }))

const catalogue = await catalogueOfFile(join(root, 'data/products.json'))
const scenario: Scenario = { users: 500, events: 30_000, seed: 7, days: 30, untilMs: Date.parse('2026-03-01T00:00:00Z') }
const eventsOf = (changes: Partial<Scenario> = {}) => [...simulation(catalogue, { ...scenario, ...changes }).hours].flat()
const events = eventsOf()
const categoryOf = new Map(catalogue.items.map(({ product_id, category }) => [product_id, category]))
const productOf = (event: ClientEvent) => ('product_id' in event ? event.product_id : '')
const countBy = <T>(things: T[], key: (thing: T) => string) => {
  const counts = new Map<string, number>()
  for (const thing of things) counts.set(key(thing), (counts.get(key(thing)) ?? 0) + 1)
  return counts
}
const ofType = (type: ClientEvent['type'], from = events) => from.filter((event) => event.type === type)

describe('simulated events', () => {
  test('are as many as asked for, in order of time, within the period, each with an id of its own', () => {
    assert.equal(events.length, scenario.events)
    assert.equal(new Set(events.map(({ event_id }) => event_id)).size, events.length)
    const times = events.map(({ at }) => at)
    assert.deepEqual(times, times.toSorted())
    assert.ok(Date.parse(times[0] ?? '') >= scenario.untilMs - 30 * 86_400_000, 'not before the period')
    assert.ok(Date.parse(times.at(-1) ?? '') < scenario.untilMs, 'not after it')
  })

  test('are events as the client sends them, all of them', () => {
    for (const event of events) assert.deepEqual(clientEventSchema.parse(event), event)
    assert.deepEqual([...countBy(events, ({ type }) => type).keys()].sort(), clientEventSchema.options.map(({ shape }) => shape.type.value).sort())
    for (const { value } of malformed(12)) assert.throws(() => clientEventSchema.parse(JSON.parse(value.toString())))
  })

  test('are the same byte for byte for the same scenario, and others for another seed or end', () => {
    const text = (some: ClientEvent[]) => some.map((event) => JSON.stringify(event)).join('\n')
    assert.equal(text(eventsOf()), text(events))
    const ids = new Set(events.map(({ event_id }) => event_id))
    for (const other of [eventsOf({ seed: 8 }), eventsOf({ untilMs: scenario.untilMs + 60_000 })])
      assert.ok(other.every(({ event_id }) => !ids.has(event_id)), 'no id in common')
  })
})

test('the funnel narrows in every category', () => {
  const counts = countBy(events, (event) => `${event.type} ${categoryOf.get(productOf(event))}`)
  for (const { name } of catalogue.categories) {
    const [views = 0, carts = 0, purchases = 0, reviews = 0] = ['view', 'cart', 'purchase', 'review'].map((type) => counts.get(`${type} ${name}`) ?? 0)
    assert.ok(views > carts && carts >= purchases && purchases >= reviews, `${name}: ${views} ${carts} ${purchases} ${reviews}`)
  }
  const rate = (type: ClientEvent['type'], of: ClientEvent['type']) => ofType(type).length / ofType(of).length
  assert.ok(rate('cart', 'view') > 0.05 && rate('cart', 'view') < 0.2, `carts: ${rate('cart', 'view')}`)
  assert.ok(rate('purchase', 'cart') > 0.3 && rate('purchase', 'cart') < 0.7, `purchases: ${rate('purchase', 'cart')}`)
  assert.ok(rate('review', 'purchase') > 0.05 && rate('review', 'purchase') < 0.3, `reviews: ${rate('review', 'purchase')}`)
})

test('a user carts only what he looked at, buys only what he put into the cart, reviews only what he bought', () => {
  const before = { cart: 'view', purchase: 'cart', review: 'purchase' } as const
  // few users come often: visits of one overlap
  for (const users of [20, 500]) {
    const seen = new Set<string>()
    for (const event of eventsOf({ users })) {
      const mark = (type: string) => `${type} ${event.user_id} ${productOf(event)}`
      if (event.type in before) assert.ok(seen.has(mark(before[event.type as keyof typeof before])), JSON.stringify(event))
      seen.add(mark(event.type))
    }
  }
})

test('popularity is skewed as Zipf says: the logarithm of views falls with the logarithm of the rank', () => {
  const views = [...countBy(ofType('view'), productOf).values()].sort((one, other) => other - one)
  const total = views.reduce((sum, count) => sum + count, 0)
  const top = views.slice(0, Math.ceil(catalogue.items.length / 10)).reduce((sum, count) => sum + count, 0)
  assert.ok(top / total > 0.25 && top / total < 0.8, String(top / total))
  const head = views.slice(0, 200).map((count, rank) => [Math.log(rank + 1), Math.log(count)] as const)
  const mean = (at: 0 | 1) => head.reduce((sum, point) => sum + point[at], 0) / head.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const slope = head.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / head.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  assert.ok(slope < -0.4 && slope > -1.5, String(slope))
})

test('nothing that is out of stock is carted or bought, and no more of it than there is', () => {
  const stock = new Map(catalogue.items.map(({ product_id, available, price }) => [product_id, { available, price }]))
  assert.ok(catalogue.items.some(({ available }) => available === 0), 'the sample has something out of stock')
  assert.ok(ofType('view').some((event) => stock.get(productOf(event))?.available === 0), 'it is looked at')
  assert.ok(ofType('cart').every((event) => (stock.get(productOf(event))?.available ?? 0) > 0), 'only what is in stock goes into a cart')
  for (const event of events)
    if (event.type === 'purchase') {
      const { available, price } = stock.get(event.product_id) ?? assert.fail()
      assert.ok(event.quantity <= available, JSON.stringify(event))
      assert.equal(event.amount, Math.round(event.quantity * price * 100) / 100)
    }
  const scarce = { ...catalogue, items: catalogue.items.map((item) => ({ ...item, available: 1 })) }
  const bought = [...simulation(scarce, { ...scenario, events: 5_000 }).hours].flat().flatMap((event) => (event.type === 'purchase' ? [event.quantity] : []))
  assert.deepEqual([...new Set(bought)], [1])
})

test('users have tastes, which their own views show, and those of others do not', () => {
  const { market, shoppers } = simulation(catalogue, scenario)
  const category = (event: ClientEvent) => categoryOf.get(productOf(event)) ?? ''
  const all = countBy(ofType('view'), category)
  const views = new Map<string, ClientEvent[]>(shoppers.map(({ id }) => [id, []]))
  for (const event of ofType('view')) views.get(event.user_id)?.push(event)
  // of few visits none may have been for what a user likes best
  const often = shoppers.filter(({ id }) => (views.get(id)?.length ?? 0) >= 60)
  const lifts = (neighbour: number) =>
    often.map((shopper, at) => {
      const interest = new Map<string, number>()
      for (const [id, utility] of tastesOf(market, shopper).tastes)
        interest.set(categoryOf.get(id) ?? '', (interest.get(categoryOf.get(id) ?? '') ?? 0) + utility)
      const [best = ''] = [...interest].sort((one, other) => other[1] - one[1])[0] ?? []
      const seen = views.get(often[(at + neighbour) % often.length]?.id ?? '') ?? []
      const share = seen.filter((event) => category(event) === best).length / seen.length
      return share / ((all.get(best) ?? 0) / ofType('view').length)
    })
  const median = (values: number[]) => values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0
  assert.ok(often.length > 50, String(often.length))
  assert.ok(lifts(0).filter((lift) => lift > 1).length / often.length > 0.8, 'most look at what they like')
  assert.ok(median(lifts(0)) > 2, String(median(lifts(0))))
  assert.ok(median(lifts(1)) < 1.5, String(median(lifts(1))))
})

test('true tastes are at most 50 products in stock, dearest first', () => {
  const { market, shoppers } = simulation(catalogue, scenario)
  const inStock = new Set(catalogue.items.filter(({ available }) => available > 0).map(({ product_id }) => product_id))
  for (const shopper of shoppers.slice(0, 50)) {
    const { tastes } = tastesOf(market, shopper)
    assert.equal(tastes.length, 50)
    assert.ok(tastes.every(([id, utility], at) => inStock.has(id) && utility > 0 && utility <= (tastes[at - 1]?.[1] ?? 1)), shopper.id)
  }
})

test('searches have words of names; some find nothing, for what is not sold or mistyped', () => {
  const searches = events.flatMap((event) => (event.type === 'search' ? [event] : []))
  const inVain = searches.filter(({ results }) => results === 0)
  assert.ok(inVain.length / searches.length > 0.02 && inVain.length / searches.length < 0.15, `${inVain.length} of ${searches.length} in vain`)
  assert.ok(searches.some(({ query, results }) => query === 'наушники' && results >= 3), 'headphones are found')
  assert.ok(inVain.some(({ query }) => query === 'гироскутер'), 'what is not sold is not')
})

test('visits follow the hours of the day, the weekdays and a growth', () => {
  const due = schedule(100_000, scenario.untilMs, 28)
  assert.equal(due.at(-1), 100_000)
  const between = (from: number, to: number) => (due[to - 1] ?? 0) - (due[from - 1] ?? 0)
  // 2026-02-01 is a Sunday; its hours in Moscow begin three hours before those of UTC
  assert.ok(between(17, 18) > 5 * between(1, 2), 'evening against night')
  assert.ok(between(21 * 24, 28 * 24) > 1.2 * between(0, 7 * 24), 'the last week against the first')
})

test('random numbers are uniform and normal, the same for a seed and unlike those of its other streams', () => {
  const draw = (seed: number, stream: number) => {
    const random = randomOf(seed, stream)
    return Array.from({ length: 20_000 }, () => random.next())
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  assert.deepEqual(draw(5, 1), draw(5, 1))
  for (const other of [draw(6, 1), draw(5, 2)]) {
    const product = mean(other.map((value, at) => (value - 0.5) * ((draw51[at] ?? 0) - 0.5)))
    assert.ok(Math.abs(product) < 0.003, String(product))
    assert.ok(Math.abs(mean(other) - 0.5) < 0.01, String(mean(other)))
  }
  const random = randomOf(1, 0)
  const normals = Array.from({ length: 20_000 }, () => random.normal())
  assert.ok(Math.abs(mean(normals)) < 0.03 && Math.abs(mean(normals.map((value) => value ** 2)) - 1) < 0.05, 'mean and variance of the normal')
  assert.ok(Math.abs(mean(Array.from({ length: 20_000 }, () => random.poisson(3))) - 3) < 0.06, 'mean of Poisson')
})
const draw51 = (() => {
  const random = randomOf(5, 1)
  return Array.from({ length: 20_000 }, () => random.next())
})()

test('a catalogue that is none, and a file that can’t be written, are refused by name', async () => {
  await assert.rejects(catalogueOfFile(join(scratch, 'нет.json')), { code: 'CATALOGUE_UNREADABLE', exitCode: 2 })
  await assert.rejects(catalogueOfFile(join(root, 'package.json')), { code: 'CATALOGUE_UNREADABLE' })
  const odd = join(scratch, 'odd.json')
  writeFileSync(odd, JSON.stringify([{ product_id: '10501 ', name: 'Ч', category: 'Ч', brand: 'Ч', price: { amount: 1, currency: 'RUB' }, stock: { available: 1 } }]))
  await assert.rejects(catalogueOfFile(odd), { code: 'CATALOGUE_UNREADABLE', message: /visible characters/ })
  await assert.rejects(withFile(join(scratch, 'нет', 'x.jsonl'), async () => {}), { code: 'FILE_UNWRITABLE', exitCode: 2 })
  await withFile(join(scratch, 'да.jsonl'), async (sender) => {
    for (let line = 0; line < 3; line++) await sender.add('k', Buffer.from('ё'))
    await sender.flush()
  })
  assert.equal(readFileSync(join(scratch, 'да.jsonl'), 'utf8'), 'ё\nё\nё\n')
})
