// the keys of a keyboard in the order of its rows, as the English and the Russian layout print them
const english = '`qwertyuiop[]asdfghjkl;\'zxcvbnm,.~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>'
const russian = 'ёйцукенгшщзхъфывапролджэячсмитьбюЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ'

/**
 * What the same keys would have written in the other keyboard layout: «ghbdtn» is «привет», «ыщтнь» is «sonym».
 * The direction is that of the letters; keys that write the same in both stay.
 */
export function otherLayout(typed: string): string {
  const [from, to] = /[а-яё]/i.test(typed) ? [russian, english] : [english, russian]
  return Array.from(typed, (key) => (from.includes(key) ? to.charAt(from.indexOf(key)) : key)).join('')
}
