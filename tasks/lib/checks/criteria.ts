import type { Outcome, Result } from './check.ts'

/** The acceptance criteria of the platform, and the groups of checks that prove each of them. */
export const criteria: { name: string; groups: string[] }[] = [
  { name: '1 Kafka carries data between the services', groups: ['filter', 'storage'] },
  { name: '2 TLS protects every connection', groups: ['tls', 'secrets'] },
  { name: '3 Access control works', groups: ['acl'] },
  { name: '4 Topics are replicated, with a minimum of in-sync replicas', groups: ['topics'] },
  { name: '5 Data is duplicated into the second cluster', groups: ['mirror'] },
  { name: '6 Banned products are filtered out', groups: ['filter'] },
  { name: '7 What passes the filter is stored', groups: ['storage'] },
  { name: '8 Analytics process the data', groups: ['lake', 'mirror'] },
  { name: '9 Recommendations are written to a topic of their own', groups: ['recommendations'] },
  { name: '10 Metrics are collected and alerts arrive', groups: ['monitoring'] },
  { name: '11 The project is documented', groups: ['documentation'] },
]

/** Groups that prove the criteria. */
export const provingGroups = [...new Set(criteria.flatMap(({ groups }) => groups))]

/**
 * One result for each criterion: contradicted when one of its checks is; proven when it has checks of all its groups and all
 * of them came out as claimed; otherwise open.
 */
export function judgeCriteria(results: Result[]): Result[] {
  return criteria.map(({ name, groups }) => {
    const proofs = results.filter((result) => groups.includes(result.group))
    const having = (outcome: Outcome) => proofs.filter((result) => result.outcome === outcome)
    const without = groups.filter((group) => !proofs.some((result) => result.group === group))
    const outcome = having('contradicted').length > 0 ? 'contradicted' : having('open').length + without.length > 0 ? 'open' : 'proven'
    const hint = having('open')[0]?.hint ?? `task check -- ${without[0]}`
    return {
      group: 'criteria',
      name,
      expected: `every check of ${groups.join(', ')}`,
      seen: `${having('proven').length} of ${proofs.length} checks${having('open').length > 0 ? `, ${having('open').length} open` : ''}${without.length > 0 ? `, none of ${without.join(', ')}` : ''}`,
      outcome,
      ...(outcome === 'open' ? { hint } : {}),
      ms: proofs.reduce((sum, { ms }) => sum + ms, 0),
    }
  })
}
