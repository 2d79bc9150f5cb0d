import { DIMENSIONS, type Market, season } from './market.ts'
import type { Shopper } from './shoppers.ts'

const BRAND_BONUS = 1
const TASTE_WEIGHT = 1.1
const VISIBLE_WHEN_OUT_OF_STOCK = 0.2
// of eight products looked at about one goes into the cart, of two in the cart one is bought
const CART_LOGIT = -2.3
const PURCHASE_LOGIT = -0.8

const logistic = (logit: number) => 1 / (1 + Math.exp(-logit))

/** How well a product suits a user, around 0: taste, brand, price beside the category's. */
export function fitOf(market: Market, shopper: Shopper, item: number): number {
  let taste = 0
  for (let axis = 0; axis < DIMENSIONS; axis++)
    taste += (shopper.taste[axis] as number) * (market.features[item * DIMENSIONS + axis] as number)
  const { priceLevel, priceWeight } = shopper.segment
  const distance = (market.dearness[item] ?? 0) - priceLevel
  const brand = shopper.brands.has(market.items[item]?.brand ?? '') ? BRAND_BONUS : 0
  return TASTE_WEIGHT * taste + brand - (priceWeight * distance * distance) / 2
}

/** How likely a user is to look at an item of a category, beside its other items; only ratios mean something. */
export function attraction(market: Market, shopper: Shopper, item: number): number {
  const visible = (market.items[item]?.available ?? 0) > 0 ? 1 : VISIBLE_WHEN_OUT_OF_STOCK
  return visible * Math.exp((market.popularity[item] ?? 0) + fitOf(market, shopper, item))
}

/** How much a user wants something of each category; only ratios mean something. */
export function wishes(market: Market, shopper: Shopper, year?: number): Float64Array {
  return shopper.interest.map((interest, category) =>
    Math.exp(interest + (market.demand[category] ?? 0) + (year === undefined ? 0 : season(market, category, year))),
  )
}

/** The probability that what a user looks at goes into the cart; 0 when it is out of stock. */
export function cartChance(market: Market, shopper: Shopper, item: number): number {
  if ((market.items[item]?.available ?? 0) < 1) return 0
  const { resolve } = shopper.segment
  const price = 0.15 * (market.expense[item] ?? 0)
  return logistic(CART_LOGIT + 0.7 * fitOf(market, shopper, item) + resolve - price)
}

/** The probability that what is in the cart is bought in the same visit. */
export function purchaseChance({ segment: { resolve } }: Shopper): number {
  return logistic(PURCHASE_LOGIT + resolve)
}
