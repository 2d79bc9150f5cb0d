const latinLikeCyrillic = 'abcehkmoptxy'
const cyrillicLikeLatin = 'авсенкмортху'
const latin = /[a-z]/g
const cyrillic = /[а-я]/g

/**
 * Lower case, compatibility forms resolved, е for ё, without stress marks and soft hyphens: the first half of
 * `search_text` in config/postgres/002_products.sql.
 */
export function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\u00ad|\u0301/g, '')
    .replaceAll('ё', 'е')
}

/**
 * The words of a text as PostgreSQL has them (`search_text`): of letters only or of digits only, and of one alphabet.
 * A word such as «кoфе» with a Latin o is taken for what it looks like.
 */
export function wordsOf(text: string): string[] {
  const runs = fold(text).match(/\p{Alphabetic}+|[0-9]+/gu) ?? []
  return runs.flatMap((run) => oneAlphabet(run).split(/(?<=[a-z])(?=[а-я])|(?<=[а-я])(?=[a-z])/))
}

function oneAlphabet(run: string): string {
  const [latinLetters, cyrillicLetters] = [run.match(latin), run.match(cyrillic)]
  if (!latinLetters || !cyrillicLetters) return run
  if (latinLetters.every((letter) => latinLikeCyrillic.includes(letter)))
    return run.replace(latin, (letter) => cyrillicLikeLatin.charAt(latinLikeCyrillic.indexOf(letter)))
  if (cyrillicLetters.every((letter) => cyrillicLikeLatin.includes(letter)))
    return run.replace(cyrillic, (letter) => latinLikeCyrillic.charAt(cyrillicLikeLatin.indexOf(letter)))
  return run
}
