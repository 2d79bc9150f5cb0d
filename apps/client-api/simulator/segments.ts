/** A kind of user. */
export type Segment = {
  name: string
  /** of all users */
  share: number
  /** visits beside others' */
  activity: number
  /** products looked at for one wish, on average, after the first */
  depth: number
  /** the logarithm of how much readier to buy than others */
  resolve: number
  /** the price looked for, in standard deviations of a category's, and how much it matters */
  priceLevel: number
  priceWeight: number
  /** has come only in the last fifth of the period */
  late: boolean
  /** how likely a visit is at an hour of the day, beside others */
  hours: (hour: number) => number
}

const always = () => 1
const atNight = (hour: number) => (hour >= 22 || hour < 5 ? 1 : 0.12)
const atWork = (hour: number) => (hour >= 9 && hour < 18 ? 1 : 0.3)

const ordinary = { activity: 1, depth: 3, resolve: 0, priceLevel: 0, priceWeight: 0.25, late: false, hours: always }

/** The users of the marketplace; shares add up to 1. */
export const segments: Segment[] = [
  { ...ordinary, name: 'window-shopper', share: 0.28, depth: 4.5, resolve: -0.8 },
  { ...ordinary, name: 'regular', share: 0.22, activity: 2.2, depth: 2.5, resolve: 0.5 },
  { ...ordinary, name: 'bargain-hunter', share: 0.17, depth: 4, priceLevel: -1, priceWeight: 0.8 },
  { ...ordinary, name: 'big-spender', share: 0.08, depth: 2, resolve: 0.5, priceLevel: 1, priceWeight: 0.6 },
  { ...ordinary, name: 'night-owl', share: 0.1, activity: 1.3, hours: atNight },
  { ...ordinary, name: 'office-worker', share: 0.05, activity: 1.3, depth: 2, hours: atWork },
  { ...ordinary, name: 'newcomer', share: 0.1, activity: 0.8, resolve: -0.3, late: true },
]
