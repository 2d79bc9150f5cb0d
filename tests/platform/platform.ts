import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { loadEnvironment } from '../../clients/environment.ts'

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
  assert.equal(code, 0, `${command} ${args.join(' ')}\n${stderr}`)
  return stdout
}

/** Brings the test stack up; quick when it is up. */
export async function bootstrapped(): Promise<void> {
  await succeed('bootstrap')
}

export const client = 'client-api/main.js'
export const shop = 'shop-api/main.js'
