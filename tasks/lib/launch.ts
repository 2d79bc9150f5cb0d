import { join } from 'node:path'
import type { Environment } from '../../clients/environment.ts'
import { archiveOptions } from './cds.ts'
import type { Service } from './compose.ts'
import { fingerprint, keepDeclaration } from './declaration.ts'
import { jdkProgram, jdkVariables } from './jdk.ts'
import { asOrdinaryUser } from './limits/surroundings.ts'
import { marks } from './orphans.ts'
import { type Started, startDetached } from './processes.ts'
import { emptyTemporary, temporaryOptions } from './temporary.ts'
import { findTool } from './tools.ts'

/** Where it stands which process a service is. */
export const pidFile = (env: Environment, service: Service): string => join(env.stack, 'run', `${service.name}.pid`)

/** Starts a service as a plain process. */
export function launch(env: Environment, service: Service): Started {
  const temporary = emptyTemporary(env, service.name)
  const command = asPlainProcess(service.command, env, service, temporary, true)
  if (service.probe) keepDeclaration(env, service)
  return startDetached(command, { ...surroundings(env, service, temporary), fingerprint: fingerprint(env, service), ...(service.probe ? { pidFile: pidFile(env, service) } : {}) })
}

/**
 * Starts what has to run once before a service does.
 *
 * @param command from `initialise` of the service
 */
export function launchInitialisation(env: Environment, service: Service, command: string[]): Started {
  const temporary = emptyTemporary(env, service.name)
  return startDetached(asPlainProcess(command, env, service, temporary, false), surroundings(env, service, temporary))
}

function surroundings(env: Environment, service: Service, temporary: string): { cwd: string; env: Record<string, string>; log: string } {
  const java = service.command[0] === 'java' ? jdkVariables() : {}
  return { cwd: service.folders.data, env: { TMPDIR: temporary, ...java, ...service.environment, ...marks(env, service.name) }, log: service.folders.log }
}

function asPlainProcess([program = '', ...args]: string[], env: Environment, service: Service, temporary: string, mayTrain: boolean): string[] {
  if (service.tool) return [...(findTool(env, service.tool) ?? []), ...args]
  const archive = () => (service.cds ? archiveOptions(env, service.cds, mayTrain) : [])
  const withArchive = program === 'java' ? [jdkProgram('java'), ...archive(), ...temporaryOptions(temporary), ...args] : [program, ...args]
  const isRoot = process.getuid?.() === 0
  // a user namespace makes root look like an ordinary user to a program that refuses root; no account is created
  return service.unprivileged && isRoot ? [...asOrdinaryUser, ...withArchive] : withArchive
}
