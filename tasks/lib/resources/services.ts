import type { Environment } from '../../../clients/environment.ts'
import { enabledServices, type Service } from '../compose.ts'
import { type Difference, differences } from '../declaration.ts'
import { judge } from '../judge.ts'
import type { Item, Resource } from '../reconcile.ts'
import { hasLostLog } from '../service-log.ts'
import { hasProgram, isOutdated, processOf, up } from '../stack.ts'

const lasting = (env: Environment) => enabledServices(env).filter((service) => service.probe && hasProgram(env, service))

/** What a service was started from and has changed since: what was, or what is now. */
function fieldsOf(env: Environment, service: Service, side: 'from' | 'to'): Record<string, string> {
  const process = processOf(env, service)
  const changed: Difference[] = process && isOutdated(env, service, process) ? differences(env, service) : []
  if (process && hasLostLog(service, process)) changed.push({ name: 'log', from: 'deleted, it writes on into what nobody can read', to: 'written' })
  return Object.fromEntries(changed.map(({ name, [side]: value = 'not set' }) => [name, value]))
}

/**
 * The services that are switched on: that they run, from what is declared now. `task up` starts those that do not and
 * restarts those that were started from something else; before that their programs judge what they are to be started from.
 */
export const services: Resource = {
  kind: 'services',
  profile: 'core',
  follows: 'certs',
  desired: ({ env }) => lasting(env).map((service): Item => ({ id: service.name, fields: { state: 'running', ...fieldsOf(env, service, 'to') } })),
  read: async ({ env }) =>
    lasting(env).filter((service) => processOf(env, service)).map((service): Item => ({ id: service.name, fields: { state: 'running', ...fieldsOf(env, service, 'from') } })),
  refuse: (changes, { env }) => judge(env, lasting(env).filter(({ name }) => changes.some(({ id }) => id === name))),
  apply: ({ env }) => up(env, enabledServices(env)),
}
