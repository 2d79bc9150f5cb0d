import type { Result } from './check.ts'

/** A letter for each operation, so that the whole matrix fits a screen. */
const letters: Record<string, string> = {
  READ: 'R', WRITE: 'W', DESCRIBE: 'd', CREATE: 'C', DELETE: 'X', ALTER: 'A', DESCRIBE_CONFIGS: 'c', ALTER_CONFIGS: 'S', CLUSTER_ACTION: 'B', IDEMPOTENT_WRITE: 'i',
}

/** What the letters of the matrix mean. */
export const legend = `${Object.entries(letters).map(([name, letter]) => `${letter} ${name}`).join(' · ')} · — nothing · ! not as declared`

/** The access matrix of one cluster: a row a resource, a column a principal, a cell what was allowed. */
export type Matrix = { cluster: string; principals: string[]; rows: { resource: string; cells: string[] }[] }

/** Arranges the results of group `acl`; what is not about a Kafka resource is left out. */
export function matrices(results: Result[]): Matrix[] {
  const cells = results.flatMap((result) => {
    const [, cluster, principal, resource] = /^(\S+): (\S+) on (.+)$/.exec(result.name) ?? []
    return result.group === 'acl' && cluster && principal && resource ? [{ cluster, principal, resource, text: cell(result) }] : []
  })
  return [...new Set(cells.map(({ cluster }) => cluster))].map((cluster) => {
    const own = cells.filter((each) => each.cluster === cluster)
    const principals = [...new Set(own.map(({ principal }) => principal))]
    const resources = [...new Set(own.map(({ resource }) => resource))]
    const text = (resource: string, principal: string) => own.find((each) => each.resource === resource && each.principal === principal)?.text ?? ''
    return { cluster, principals, rows: resources.map((resource) => ({ resource, cells: principals.map((principal) => text(resource, principal)) })) }
  })
}

function cell({ seen, outcome }: Result): string {
  const words = seen.split(' ')
  const short = seen === 'nothing' ? '—' : words.every((word) => word in letters) ? words.map((word) => letters[word]).join('') : '?'
  return outcome === 'proven' ? short : `!${short}`
}
