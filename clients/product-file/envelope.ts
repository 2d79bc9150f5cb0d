const TOKEN = /[{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s,:{}[\]"]+/g

/**
 * Where the array of products begins in `{…, "products": […], …}`, which many systems export: how many bytes come before
 * its first element.
 *
 * @param head how the file begins
 * @returns undefined when it is not such a file: an object with a product_id is a product itself
 */
export function envelopeLength(head: Buffer): number | undefined {
  let depth = 0
  let before = ''
  let name = ''
  // one byte a character, so that places in the text are places in the file
  for (const { 0: token, index } of head.toString('latin1').matchAll(TOKEN)) {
    if (depth === 1 && token === ':') name = before
    if (depth === 1 && name === '"product_id"') return undefined
    if (depth === 1 && name === '"products"' && before === ':' && token === '[') return index + 1
    if (token === '{' || token === '[') depth++
    if (token === '}' || token === ']') depth--
    if (depth === 0) return undefined
    before = token
  }
  return undefined
}
