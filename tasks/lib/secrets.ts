import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../clients/environment.ts'

/**
 * What is random in each stack and must stay the same as long as its data lives, made on first use, mode 0600.
 *
 * @returns variables for compose.yaml: the ids of the two Kafka clusters, 16 bytes in base64url each; the file with the
 *   password of Grafana's administrator; what the standalone Spark and its jobs know each other by
 */
export function stackSecrets(env: Environment): { KAFKA_CLUSTER_ID: string; ANALYTICS_CLUSTER_ID: string; GRAFANA_PASSWORD_FILE: string; SPARK_SECRET: string } {
  return {
    KAFKA_CLUSTER_ID: clusterId(env, 'cluster-id'),
    ANALYTICS_CLUSTER_ID: clusterId(env, 'analytics-cluster-id'),
    GRAFANA_PASSWORD_FILE: passwordFile(env, 'grafana.password'),
    SPARK_SECRET: readFileSync(passwordFile(env, 'spark.secret'), 'utf8'),
  }
}

function passwordFile(env: Environment, name: string): string {
  const folder = join(env.stack, 'secrets')
  const file = join(folder, name)
  if (existsSync(file)) return file
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 })
  return file
}

function clusterId(env: Environment, name: string): string {
  const file = join(env.stack, 'data', name)
  try {
    return readFileSync(file, 'utf8')
  } catch {
    mkdirSync(join(env.stack, 'data'), { recursive: true, mode: 0o700 })
    // a leading hyphen would look like an option to StorageTool
    const id = `V${randomBytes(16).toString('base64url').slice(1)}`
    writeFileSync(file, id, { mode: 0o600, flag: 'wx' })
    return id
  }
}
