import { distance } from 'fastest-levenshtein'

/** ` — did you mean "x"?` when one of the candidates is close to the word, otherwise nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const ranked = [...candidates].map((candidate) => ({ candidate, far: distance(word, candidate) })).sort((a, b) => a.far - b.far)
  const best = ranked[0]
  return best && best.far <= Math.max(2, word.length / 4) ? ` — did you mean "${best.candidate}"?` : ''
}
