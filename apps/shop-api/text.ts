/** Text from outside on one line of a terminal: control characters, which could move the cursor, are replaced. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '�')
}

/** An argument as one would type it in a shell. */
export function shellQuoted(text: string): string {
  return /^[\p{L}\p{N}_./:@%+=-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
