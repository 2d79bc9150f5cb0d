import { wordsOf } from '../../../clients/text.ts'
import type { Catalogue } from './catalogue.ts'
import type { Random } from './random.ts'

// what people ask a marketplace for and this one may not have
const unsold = [
  'гироскутер', 'аквариум 200 литров', 'билеты в театр', 'пианино', 'сноуборд', 'телескоп', 'шуба норковая',
  'холодильник side by side', 'электросамокат', 'швейная машинка', 'бассейн каркасный', 'видеокарта 5090',
  'кондиционер', 'диван угловой', 'аккордеон', 'лодка надувная', 'фотоаппарат плёночный',
]
const opinions = [
  ['Не работает, верну', 'Сломалось через день', 'Совсем не то, что на фото'],
  ['Ожидал большего', 'Качество так себе'],
  ['Нормально за свои деньги', 'Есть мелкие недостатки'],
  ['Хорошая вещь, беру второй раз', 'Всё как в описании', 'Доставили быстро, качество хорошее'],
  ['Отлично, рекомендую!', 'Лучшее, что покупала', 'Супер, спасибо магазину', 'Очень довольны всей семьёй'],
]
const SILENT = 0.4
const MISTYPED = 0.07
// of mistyped searches, how many the marketplace does not understand
const MISUNDERSTOOD = 0.2

/** A search as it is typed and how many products it finds. */
type Search = { query: string; results: number }

/** What users say about products of a catalogue. */
export type Phrases = {
  /** a search for a product; what is mistyped beyond recognition finds nothing */
  searchFor(item: number): Search
  /** a search for something that is not sold here */
  searchInVain(): Search
  /** the words of a review, often none */
  opinion(rating: number): string | undefined
}

/** The language of a market's users: words of product names, some mistyped. */
export function phrasesOf({ items }: Catalogue, random: Random): Phrases {
  const words = items.map(({ name }) => wordsOf(name))
  const places = new Map<string, Set<number>>()
  words.forEach((own, item) => {
    for (const word of own) places.set(word, (places.get(word) ?? new Set()).add(item))
  })
  const counts = new Map<string, number>()
  const count = (wanted: string[]): number => {
    const key = wanted.join(' ')
    const known = counts.get(key)
    if (known !== undefined) return known
    const [first = new Set<number>(), ...rest] = wanted.map((word) => places.get(word) ?? new Set<number>())
    const found = [...first].filter((item) => rest.every((other) => other.has(item))).length
    counts.set(key, found)
    return found
  }
  const missing = unsold.filter((query) => count(wordsOf(query)) === 0)
  const choice = <T>(from: T[]): T | undefined => from[random.whole(from.length)]
  return {
    searchFor(item) {
      const wanted = (words[item] ?? []).slice(0, 1 + random.poisson(0.7))
      const query = wanted.join(' ') || (items[item]?.name ?? '')
      const long = wanted.findIndex((word) => word.length > 4)
      if (long < 0 || !random.chance(MISTYPED)) return { query, results: count(wanted) }
      const mistyped = wanted.with(long, mistype(wanted[long] ?? '', random)).join(' ')
      return { query: mistyped, results: random.chance(MISUNDERSTOOD) ? 0 : count(wanted) }
    },
    searchInVain: () => ({ query: choice(missing) ?? 'ъъъ', results: 0 }),
    opinion: (rating) => (random.chance(SILENT) ? undefined : choice(opinions[rating - 1] ?? [])),
  }
}

/** Swaps two letters or leaves one out, but for the first. */
function mistype(word: string, random: Random): string {
  const letters = Array.from(word)
  const at = 1 + random.whole(letters.length - 2)
  const swapped = [...letters.slice(0, at), letters[at + 1], letters[at], ...letters.slice(at + 2)]
  return random.chance(0.5) ? swapped.join('') : letters.toSpliced(at, 1).join('')
}
