import type { Environment } from '../../clients/environment.ts'
import { UsageError } from '../../clients/errors.ts'
import { didYouMean } from '../../clients/suggestion.ts'
import { loadServices, type Service } from './compose.ts'

/** The services that go on running, whatever the profile: those that a person can name. */
export const serviceNames = (env: Environment): string[] => loadServices(env).flatMap(({ name, probe }) => (probe ? [name] : []))

/**
 * Services by the names that a person has typed, each once, in the order of their start.
 *
 * @throws UsageError `UNKNOWN_SERVICE`
 */
export function servicesNamed(env: Environment, names: string[]): Service[] {
  const all = loadServices(env)
  for (const name of names) {
    if (all.some((service) => service.name === name)) continue
    const known = all.map((service) => service.name)
    throw new UsageError('UNKNOWN_SERVICE', `expected one of ${known.join(', ')}, got ${name}${didYouMean(name, known)}`, 'task status')
  }
  return all.filter(({ name }) => names.includes(name))
}
