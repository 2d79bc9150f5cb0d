import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Numbers that look random and are the same for the same seed. */
export type Random = {
  /** from 0 to 1, 1 excluded */
  next(): number
  /** standard normal */
  normal(): number
  chance(probability: number): boolean
  /** a whole number from 0 to `below`, excluded */
  whole(below: number): number
  /** Poisson-distributed; for small means */
  poisson(mean: number): number
}

/**
 * A source of its own for each purpose, so that more events do not mean other users. Streams of one seed are 2^64
 * numbers apart and never meet (xoroshiro128+, Blackman and Vigna 2018).
 *
 * @param seed a 32-bit whole number
 * @param stream which of the seed's streams, from 0
 */
export function randomOf(seed: number, stream: number): Random {
  const generator = xoroshiro128plus(seed)
  // states of neighbouring seeds differ in few bits at first
  for (let turn = 0; turn < 64; turn++) generator.next()
  for (let jump = 0; jump < stream; jump++) generator.jump()
  const next = () => uniformFloat64(generator)
  return {
    next,
    // Box and Muller 1958
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    chance: (probability) => next() < probability,
    whole: (below) => Math.floor(next() * below),
    // Knuth, The Art of Computer Programming, 3.4.1
    poisson(mean) {
      const limit = Math.exp(-mean)
      let count = 0
      for (let product = next(); product > limit; product *= next()) count++
      return count
    },
  }
}

/** Running sums of weights, to pick from in logarithmic time. */
export function cumulate(weights: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(weights.length)
  let sum = 0
  for (let at = 0; at < weights.length; at++) sums[at] = sum += weights[at] ?? 0
  return sums
}

/** An index, each as likely as its weight says; -1 when all weights are 0. */
export function pick(sums: Float64Array, random: Random): number {
  const total = sums[sums.length - 1] ?? 0
  if (!(total > 0)) return -1
  const wanted = random.next() * total
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sums[middle] as number) > wanted) high = middle
    else low = middle + 1
  }
  return low
}

/** The whole numbers below `count`, in random order (Fisher and Yates). */
export function shuffled(count: number, random: Random): number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  for (let at = count - 1; at > 0; at--) {
    const other = random.whole(at + 1)
    ;[order[at], order[other]] = [order[other] as number, order[at] as number]
  }
  return order
}
