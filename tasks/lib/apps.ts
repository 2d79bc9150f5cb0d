import { join } from 'node:path'
import { $ } from 'zx'
import type { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { InfraError } from '../../clients/errors.ts'
import { checkpoint, interruption } from '../../clients/interruption.ts'
import { cleanEnvironment } from '../../clients/surroundings.ts'

/** A TypeScript program of `apps/`. */
export type App = 'shop-api' | 'client-api'

/**
 * Runs an app as a user would, with `--json`, and parses what it prints.
 *
 * @throws InfraError `APP_FAILED` with what it said when it does not end with exit code 0
 */
export async function runApp<T>(env: Environment, app: App, args: string[], shape: z.ZodType<T>): Promise<T> {
  const program = join(env.build, 'dist', 'apps', app, 'main.js')
  const result = await $({ cwd: env.root, env: cleanEnvironment(), nothrow: true, quiet: true, signal: interruption() })`node ${program} ${args} --json`
  checkpoint()
  if (result.exitCode !== 0) throw new InfraError('APP_FAILED', `expected ${app} ${args.join(' ')} to succeed, exit code ${result.exitCode}: ${result.stderr.trim()}`, 'task status')
  return shape.parse(JSON.parse(result.stdout))
}
