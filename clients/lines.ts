const NEWLINE = 0x0a

/**
 * The lines of a stream of bytes in UTF-8. A line ends at \n and nowhere else: node:readline also ends one at U+2028
 * (since Node 24) and at a lone \r, which may stand in the texts of a record.
 */
export async function* lines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer[] = []
  for await (const chunk of stream) {
    let from = 0
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, to)]).toString()
      rest = []
      from = to + 1
    }
    if (from < chunk.length) rest.push(chunk.subarray(from))
  }
  if (rest.length > 0) yield Buffer.concat(rest).toString()
}

/** Hands every line of a stream to somebody, till it ends. */
export async function eachLine(stream: AsyncIterable<Buffer>, take: (line: string) => void): Promise<void> {
  for await (const line of lines(stream)) take(line)
}
