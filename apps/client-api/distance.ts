import { distance } from 'fastest-levenshtein'

const ending =
  /(?:иями|[яаыи]ми|ией|[ое]го|[ое]му|[ая]х|[ая]м|[оеи]й|[оеыи]м|[ое]в|ый|ая|яя|[оеыи]е|[ую]ю|[ыи]х|[аяоеуюыий])$/

/** How many mistakes a word may have and still be taken for another. */
export const tolerated = (word: string): number => (word.length <= 6 ? 1 : word.length <= 9 ? 2 : 3)

/**
 * How far a typed word is from a known one, in wrong, missing, extra or swapped letters. Endings count little, because
 * the dictionary has only the forms that occur: «чайнеком» is one letter from «чайник». A wrong first letter counts
 * more, people rarely mistype it.
 *
 * @param most mistakes allowed; more are Infinity
 */
export function mistakes(typed: string, known: string, most: number): number {
  const [typedStem, knownStem] = [typed.replace(ending, ''), known.replace(ending, '')]
  const whole = edits(typed, known)
  const stems = Math.min(typedStem.length, knownStem.length) >= 3 ? edits(typedStem, knownStem) + 0.3 : whole
  const least = Math.min(whole, stems)
  return Math.floor(least) > most ? Infinity : least + (typed.charAt(0) === known.charAt(0) ? 0 : 0.4)
}

/** The edit distance, two swapped neighbours being one mistake. */
function edits(one: string, other: string): number {
  const plain = distance(one, other)
  if (plain < 2) return plain
  for (let at = 0; at + 1 < one.length; at++) {
    const swapped = one.slice(0, at) + one.charAt(at + 1) + one.charAt(at) + one.slice(at + 2)
    if (distance(swapped, other) <= plain - 2) return plain - 1
  }
  return plain
}
