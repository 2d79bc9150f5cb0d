const [QUOTE, BACKSLASH, SPACE] = [0x22, 0x5c, 0x20]
const isSpace = (byte: number | undefined) => byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09
const punctuation = new Set(Buffer.from('{}[]:,"'))

/**
 * A JSON text without the white space between its tokens, on one line therefore; numbers, escapes and the order of
 * names stay as they are written, which a parser that builds values cannot give back. A text that is not JSON does not
 * become JSON: what only white space keeps apart stays apart.
 */
export function compact(json: Buffer): Buffer {
  let out: Buffer | undefined
  let length = 0
  let quoted = false
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] as number
    if (quoted) {
      if (byte === BACKSLASH) {
        if (out) out[length++] = byte
        at++
      } else if (byte === QUOTE) quoted = false
    } else if (byte === QUOTE) quoted = true
    else if (byte <= SPACE && isSpace(byte)) {
      if (!out) {
        out = Buffer.allocUnsafe(json.length)
        length = json.copy(out, 0, 0, at)
      }
      const from = at
      while (isSpace(json[at + 1])) at++
      if (isWord(json[from - 1]) && isWord(json[at + 1])) out[length++] = SPACE
      continue
    }
    if (out && at < json.length) out[length++] = json[at] as number
  }
  return out?.subarray(0, length) ?? json
}

function isWord(byte: number | undefined): boolean {
  return byte !== undefined && !punctuation.has(byte)
}
