function pairs(table: string): Map<string, string> {
  return new Map(Array.from(table.matchAll(/(\S+)=(\S*)/g), ([, from = '', to = '']) => [from, to]))
}

// what Russian speakers write for a Latin name, and the other way round
const toLatin = pairs(
  'дж=j кс=x а=a б=b в=v г=g д=d е=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=h ц=ts ч=ch ' +
    'ш=sh щ=sch ъ= ы=y ь= э=e ю=yu я=ya',
)
const toCyrillic = pairs(
  'sch=щ sh=ш ch=ч zh=ж kh=х ph=ф ts=ц yu=ю ya=я yo=е ee=и oo=у a=а b=б c=к d=д e=е f=ф g=г h=х i=и j=й k=к l=л m=м ' +
    'n=н o=о p=п q=к r=р s=с t=т u=у v=в w=в x=кс y=й z=з',
)
const longestKey = 3

/** A folded word in the other alphabet: «зентро» is zentro, chainik is «чаиник» — near enough to be corrected. */
export function otherAlphabet(word: string): string {
  const letters = /[а-я]/.test(word) ? toLatin : toCyrillic
  let result = ''
  for (let at = 0; at < word.length;) {
    let key = word.slice(at, at + longestKey)
    while (key.length > 1 && !letters.has(key)) key = key.slice(0, -1)
    result += letters.get(key) ?? key
    at += key.length
  }
  return result
}
