import { join } from 'node:path'
import type { Environment } from '../../clients/environment.ts'
import { fillIn } from './variables.ts'

/**
 * Options by which a JVM that compose.yaml does not start logs into a file.
 *
 * @param which whose folder of config/ says how
 */
export function logOptions(env: Environment, which: 'kafka' | 'spark', log: string): string[] {
  const templates = ['-Dvygodno.log=${LOG}', '-Dvygodno.log.older=${LOG_IN_PATTERN}.%i', '-Dlog4j2.configurationFile=file://${FILE_IN_URL}']
  return templates.map((text) => fillIn(text, { LOG: log, FILE: join(env.root, 'config', which, 'log4j2.properties') }, which))
}
