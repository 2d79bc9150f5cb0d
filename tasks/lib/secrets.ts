import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Environment } from '../../clients/environment.ts'

const files = (env: Environment) => ({
  primary: join(env.stack, 'data', 'cluster-id'),
  analytics: join(env.stack, 'data', 'analytics-cluster-id'),
  grafana: join(env.stack, 'secrets', 'grafana.password'),
  spark: join(env.stack, 'secrets', 'spark.secret'),
})

/**
 * Makes what is random in each stack and must stay the same as long as its data lives, where it is missing; mode 0600.
 * Only what starts services does this: whoever just looks at a stack that is not there leaves nothing behind.
 */
export function makeSecrets(env: Environment): void {
  const { primary, analytics, grafana, spark } = files(env)
  // a leading hyphen would look like an option to StorageTool
  for (const file of [primary, analytics]) make(file, () => `V${randomBytes(16).toString('base64url').slice(1)}`)
  for (const file of [grafana, spark]) make(file, () => randomBytes(24).toString('base64url'))
}

function make(file: string, content: () => string): void {
  if (existsSync(file)) return
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, content(), { mode: 0o600, flag: 'wx' })
}

/**
 * @returns variables for compose.yaml, empty in a stack that was never started: the ids of the two Kafka clusters, 16 bytes
 *   in base64url each, what the standalone Spark and its jobs know each other by; and the file with the password of
 *   Grafana's administrator
 */
export function stackSecrets(env: Environment): { KAFKA_CLUSTER_ID: string; ANALYTICS_CLUSTER_ID: string; GRAFANA_PASSWORD_FILE: string; SPARK_SECRET: string } {
  const { primary, analytics, grafana, spark } = files(env)
  const textOf = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '')
  return { KAFKA_CLUSTER_ID: textOf(primary), ANALYTICS_CLUSTER_ID: textOf(analytics), GRAFANA_PASSWORD_FILE: grafana, SPARK_SECRET: textOf(spark) }
}
