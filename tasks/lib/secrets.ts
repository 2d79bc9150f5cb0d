import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../clients/environment.ts'

/**
 * What is random in each stack and must stay the same as long as its data lives, made on first use, mode 0600.
 *
 * @returns variables for compose.yaml; `CLUSTER_ID` is Kafka's, 16 bytes in base64url
 */
export function stackSecrets(env: Environment): { CLUSTER_ID: string } {
  const file = join(env.stack, 'data', 'cluster-id')
  try {
    return { CLUSTER_ID: readFileSync(file, 'utf8') }
  } catch {
    mkdirSync(join(env.stack, 'data'), { recursive: true, mode: 0o700 })
    // a leading hyphen would look like an option to StorageTool
    const id = `V${randomBytes(16).toString('base64url').slice(1)}`
    writeFileSync(file, id, { mode: 0o600, flag: 'wx' })
    return { CLUSTER_ID: id }
  }
}
