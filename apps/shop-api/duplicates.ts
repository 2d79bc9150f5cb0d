// about 100 bytes each
const MOST_IDS = 500_000

/**
 * Remembers in which line each product id was seen first, for as many ids as fit into some 50 MB; what comes after
 * them is compared with them, not among itself.
 *
 * @returns a function that takes an id and its line and gives the line it stood in before, if it did
 */
export function duplicateFinder(): (id: string, line: number) => number | undefined {
  const lines = new Map<string, number>()
  return (id, line) => {
    const before = lines.get(id)
    if (before === undefined && lines.size < MOST_IDS) lines.set(id, line)
    return before
  }
}
