import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { connectRest } from '../../clients/connect.ts'
import { loadEnvironment } from '../../clients/environment.ts'
import { ConfigResourceTypes, kafkaClient, withAdmin } from '../../clients/kafka.ts'
import { loadConfig } from '../../tasks/lib/config.ts'
import { declareConnectors } from '../../tasks/lib/door.ts'

/** The stack of the tests; the runner sets VYGODNO_STACK and VYGODNO_HOST, so that a running stack is not touched. */
export const env = loadEnvironment()
assert.notEqual(env.host, '127.0.0.1', 'platform tests run on a stack of their own: task test:part')

export type Outcome = { code: number | null; stdout: string; stderr: string }

/** Runs a command of the project as a user would. */
export function run(command: string, args: string[] = [], options: { env?: NodeJS.ProcessEnv; onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void } = {}): Promise<Outcome> {
  const [folder, name] = command.includes('/') ? ['apps', `${command}`] : ['tasks', `${command}.js`]
  const child = spawn(process.execPath, [join(env.build, 'dist', folder, name), ...args], { cwd: env.root, env: { ...process.env, ...options.env } })
  const outcome: Outcome = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (outcome.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    outcome.stderr += chunk.toString()
    options.onStderr?.(outcome.stderr, (signal) => child.kill(signal))
  })
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (code) => resolve({ ...outcome, code })))
}

/** The same, expected to succeed; returns stdout. */
export async function succeed(command: string, args: string[] = []): Promise<string> {
  const { code, stdout, stderr } = await run(command, args)
  assert.equal(code, 0, `${command} ${args.join(' ')}\n${stderr}\n${stdout.split('\n').filter((line) => line.startsWith('contradicted')).join('\n')}`)
  return stdout
}

/** Brings the test stack up; quick when it is up. */
export async function bootstrapped(): Promise<void> {
  await succeed('bootstrap')
}

/** Has a connector of the primary cluster's worker run with other settings than declared, as the owner of the stack could. */
export async function putOtherwise(name: string, change: Record<string, string>): Promise<void> {
  const { connectors } = loadConfig(env)
  const config = { ...connectors.connect.find((each) => each.name === name)?.config, ...change }
  declareConnectors(env, 'connect', { connectors: { ...connectors, connect: [{ name, config }] } })
  try {
    await connectRest(env, 'connect').put(name, config)
  } finally {
    declareConnectors(env, 'connect', { connectors })
  }
}

/** Changes settings of a topic of the primary cluster by hand; what is not set with them Kafka lifts, so all that is declared is. */
export async function alterTopic(name: string, change: Record<string, string>): Promise<void> {
  const declared = loadConfig(env).clusters.primary.topics.find((topic) => topic.name === name)?.config
  const configEntries = Object.entries({ ...declared, ...change }).map(([key, value]) => ({ name: key, value }))
  const resources = [{ type: ConfigResourceTypes.TOPIC, name, configEntries }]
  await withAdmin(kafkaClient(env, 'operator'), (admin) => admin.alterConfigs({ validateOnly: false, resources }))
}

export const client = 'client-api/main.js'
export const shop = 'shop-api/main.js'
