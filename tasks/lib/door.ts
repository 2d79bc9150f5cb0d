import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Environment, type Worker, workers } from '../../clients/environment.ts'
import { type Config, loadConfig } from './config.ts'

/**
 * Writes down which connectors are declared for a worker: the door before its REST interface lets in these to the letter
 * and no others (apps/connect-plugin, `vygodno.door.declared`). It reads the file at each call, which sees it whole.
 */
export function declareConnectors(env: Environment, worker: Worker, { connectors }: Pick<Config, 'connectors'>): void {
  const file = join(env.stack, 'config', worker, 'declared.json')
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const declared = Object.fromEntries(connectors[worker].map(({ name, config }) => [name, config]))
  writeFileSync(`${file}.new`, JSON.stringify(declared), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** The same, as config/ says now, for a service that is a worker; for any other, nothing. */
export function declareToWorker(env: Environment, service: string): void {
  const worker = workers.find((name) => name === service)
  if (worker) declareConnectors(env, worker, loadConfig(env))
}
