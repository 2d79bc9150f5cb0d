import { CheckError, messageOf, UsageError } from '../../../clients/errors.ts'
import { checkpoint } from '../../../clients/interruption.ts'
import { didYouMean } from '../../../clients/suggestion.ts'
import { counted, step } from '../../../clients/terminal.ts'
import { type Group, judged, type Outcome, type Result, type Subject, type Verdict } from './check.ts'
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

/**
 * Runs groups one after the other. One that can't even begin is contradicted as a whole; one whose profile is off, or that
 * lacks a program on this machine, is open as a whole.
 */
export async function runChecks(subject: Omit<Subject, 'progress'>, selected: ReturnType<typeof selectGroups>): Promise<Result[]> {
  const results: Result[] = []
  for (const group of selected.groups) results.push(...(await runGroup(subject, group)))
  return selected.criteria ? [...results, ...judgeCriteria(results)] : results
}

async function runGroup(given: Omit<Subject, 'progress'>, group: Group): Promise<Result[]> {
  let results: Result[] = []
  await step(group.name, async (progress) => {
    const subject = { ...given, progress }
    const missing = whatIsMissing(subject, group)
    results = missing ? [asWhole(group, missing)] : await group.run(subject)
    const having = (outcome: Outcome) => results.filter((result) => result.outcome === outcome).length
    // the step shows its cross; what failed is shown with everything else at the end
    if (having('contradicted') > 0) throw new CheckError('CHECK_FAILED', `${having('contradicted')} of ${results.length}`, `task check -- ${group.name}`)
    return `${counted(having('proven'), 'check')}${having('open') > 0 ? `, ${having('open')} open` : ''}`
  }).catch((error: unknown) => {
    if (!(error instanceof CheckError && error.code === 'CHECK_FAILED')) results = [asWhole(group, judged(false, messageOf(error)))]
  })
  checkpoint()
  return results
}

function whatIsMissing(subject: Subject, { profile, lacking }: Group): Verdict | undefined {
  const { profiles } = subject.env
  if (profile && !profiles.includes(profile)) return { outcome: 'open', seen: `nothing is tried: profile ${profile} is off`, hint: `COMPOSE_PROFILES=${[...profiles, profile].join(',')} task up` }
  const lack = lacking?.(subject)
  return lack ? { outcome: 'open', seen: `nothing is tried: ${lack}`, hint: 'task status' } : undefined
}

function asWhole({ name, about }: Group, verdict: Verdict): Result {
  return { group: name, name: 'the group as a whole', expected: about, ...verdict, ms: 0 }
}
