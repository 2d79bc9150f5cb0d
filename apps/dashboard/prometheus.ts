import { existsSync } from 'node:fs'
import { certificateFiles, type Environment } from '../../clients/environment.ts'
import { messageOf, PrerequisiteError } from '../../clients/errors.ts'
import { type Answer, callHttps } from '../../clients/https.ts'

/** Asks Prometheus for a path of its API; that it does not answer is an answer, too: status 502 and JSON as Prometheus has it. */
export type Prometheus = (path: string) => Promise<Answer>

/**
 * Prometheus as principal `monitor` sees it.
 *
 * @throws PrerequisiteError `CERTIFICATE_MISSING` when the stack has no certificates yet
 */
export function openPrometheus(env: Environment): Prometheus {
  const files = certificateFiles(env, 'monitor', 'monitoring-ca')
  const missing = [files.key, files.cert, files.ca].find((file) => !existsSync(file))
  if (missing) throw new PrerequisiteError('CERTIFICATE_MISSING', `expected the certificate of monitor: there is no ${missing}`, 'task bootstrap')
  const base = `https://${env.host}:${env.variables.PROMETHEUS_PORT}`
  return (path) =>
    callHttps(new URL(path, base), files, { timeoutMs: 20_000 }).catch((error: unknown) => ({
      status: 502,
      text: JSON.stringify({ status: 'error', error: `Prometheus at ${base} does not answer: ${messageOf(error)}` }),
    }))
}
