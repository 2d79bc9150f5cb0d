import { rm } from 'node:fs/promises'
import type { Environment } from '../../clients/environment.ts'
import { step } from '../../clients/terminal.ts'
import { loadServices } from './compose.ts'
import { lockStack } from './lock.ts'
import { down } from './stack.ts'

/** Stops all services of a stack and deletes its data, keys, configuration and logs. */
export async function cleanStack(env: Environment): Promise<string[]> {
  const release = await lockStack(env)
  try {
    const stopped = await down(env, loadServices(env))
    await step(`delete ${env.stack}`, () => rm(env.stack, { recursive: true, force: true }))
    return stopped
  } finally {
    release()
  }
}
