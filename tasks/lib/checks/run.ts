import { CheckError, UsageError } from '../../../clients/errors.ts'
import { step } from '../../../clients/terminal.ts'
import { didYouMean } from '../yaml.ts'
import type { Group, Result, Subject } from './check.ts'
import { judgeCriteria, provingGroups } from './criteria.ts'
import { groups } from './registry.ts'

/** What a person can ask for: the groups, and the criteria that they prove. */
export const selectable = [...groups.map(({ name }) => name), 'criteria']

/**
 * Picks groups by name; none named means all.
 *
 * @throws UsageError `UNKNOWN_GROUP`
 */
export function selectGroups(names: string[]): { groups: Group[]; criteria: boolean } {
  for (const name of names)
    if (!selectable.includes(name)) throw new UsageError('UNKNOWN_GROUP', `expected one of ${selectable.join(', ')}, got ${name}${didYouMean(name, selectable)}`, 'task check -- --help')
  const criteria = names.length === 0 || names.includes('criteria')
  return { criteria, groups: groups.filter(({ name }) => names.length === 0 || names.includes(name) || (criteria && provingGroups.includes(name))) }
}

/** Runs groups one after the other; one that can't even begin has failed as a whole, one whose profile is off is left out. */
export async function runChecks(subject: Subject, selected: ReturnType<typeof selectGroups>): Promise<Result[]> {
  const results: Result[] = []
  const isOff = ({ profile }: Group) => profile !== undefined && !subject.env.profiles.includes(profile)
  for (const group of selected.groups.filter((each) => !isOff(each))) results.push(...(await runGroup(subject, group)))
  return selected.criteria ? [...results, ...judgeCriteria(results, groups.filter(isOff).map(({ name }) => name))] : results
}

async function runGroup(subject: Subject, group: Group): Promise<Result[]> {
  let results: Result[] = []
  await step(group.name, async () => {
    results = await group.run(subject)
    const failed = results.filter(({ ok }) => !ok).length
    // the step shows its cross; what failed is shown with everything else at the end
    if (failed > 0) throw new CheckError('CHECK_FAILED', `${failed} of ${results.length}`, `task check -- ${group.name}`)
    return `${results.length} checks`
  }).catch((error: unknown) => {
    if (!(error instanceof CheckError)) results = [beginningFailed(group, error)]
  })
  return results
}

function beginningFailed({ name, about }: Group, error: unknown): Result {
  return { group: name, name: 'the group as a whole', expected: about, seen: error instanceof Error ? error.message : String(error), ok: false, ms: 0 }
}
