import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { loadEnvironment } from '../../clients/environment.ts'

export type Judged = { code?: string; message?: string; hint?: string; files?: number }
type Given = { stack: string; temporary?: string; services?: string; within?: string[] }

/**
 * What is said of this machine, in a shell that first runs `limit`.
 *
 * @param within a command that runs another one, in other surroundings
 */
export function judged(limit: string, { stack, temporary = tmpdir(), services = 'product-filter postgres', within = [] }: Given): Judged {
  const script = `${limit}\nexec "$0" --import tsx tests/fixtures/require-machine.ts "$1" ${services}`
  const env = { ...process.env, VYGODNO_STACK: stack, VYGODNO_HOST: '127.0.0.1' }
  const [program = '', ...args] = [...within, 'bash', '-c', script, process.execPath, temporary]
  const { stdout, stderr } = spawnSync(program, args, { cwd: loadEnvironment({}).root, env, encoding: 'utf8' })
  assert.ok(stdout, `${limit}: ${stderr}`)
  return JSON.parse(stdout)
}
