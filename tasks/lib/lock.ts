import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { basename, dirname, join } from 'node:path'
import type { Environment } from '../../clients/environment.ts'
import { InfraError } from '../../clients/errors.ts'
import { pause } from '../../clients/interruption.ts'
import { step, warn } from '../../clients/terminal.ts'
import { listenerOf } from './ports.ts'
import { procFile, startedAt, startTicks, statFields } from './proc.ts'

/** A whole bootstrap of everything takes less, even on slow cores. */
const patienceMs = 300_000

/**
 * Makes this process the only one that changes the stack, until it ends; waits for another one that does. What the
 * holder has started may change the stack with it: `up` runs `apply`.
 *
 * The lock is an abstract socket (unix(7)) that nobody ever connects to: the kernel gives its name to one process at a
 * time and takes it back however that one ends; no program that is started inherits it, and there is nothing to clean up.
 *
 * @returns gives the lock back before the process ends
 * @throws InfraError `STACK_BUSY` naming who has held it for all that time
 */
export async function lockStack(env: Environment, withinMs = patienceMs): Promise<() => void> {
  const name = lockName(env.stack)
  const held = (await listen(name)) ?? (mayShare(name) ? undefined : await waitFor(env, name, withinMs))
  return () => void held?.close()
}

/** Who changes the stack now, as `task up (pid 123, since 12:34:56 UTC)`; undefined when nobody does. */
export function whoChanges(env: Environment): string | undefined {
  return holder(lockName(env.stack))
}

/** Node.js 20 fills a shorter name up with zeros, 22 does not; all agree on one that takes the whole 107 bytes. */
function lockName(stack: string): string {
  const digest = createHash('sha512').update(`${process.getuid?.()} ${join(realParent(stack), basename(stack))}`).digest('hex')
  return `vygodno-${digest}`.slice(0, 107)
}

/** The stack itself may not be there yet. */
function realParent(stack: string): string {
  try {
    return realpathSync(dirname(stack))
  } catch {
    return dirname(stack)
  }
}

function listen(name: string): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((caller) => caller.destroy()).unref()
    server.once('error', () => resolve(undefined))
    server.listen(`\0${name}`, () => resolve(server))
  })
}

async function waitFor(env: Environment, name: string, withinMs: number): Promise<Server> {
  const deadline = performance.now() + withinMs
  warn(`${env.stack} is being changed by ${holder(name) ?? 'another command'}: waiting for its end`)
  return step('the stack is free', async (progress) => {
    for (;;) {
      const server = await listen(name)
      if (server) return server
      const who = holder(name) ?? 'another command'
      if (performance.now() > deadline)
        throw new InfraError('STACK_BUSY', `expected to be the only one who changes ${env.stack} within ${withinMs / 1000} s, it is still being changed by ${who}`, `wait for its end, or end it: kill ${listenerOf(name) || 'PID'}; then the same command again`)
      progress(`waiting for ${who}`)
      await pause(200)
    }
  })
}

function holder(name: string): string | undefined {
  const pid = listenerOf(name)
  const ticks = pid && startTicks(pid)
  if (pid === undefined) return undefined
  return ticks ? `${commandOf(pid)} (pid ${pid}, since ${startedAt(ticks).slice(11, 19)} UTC)` : "another user's command"
}

/** As a person has typed it. */
function commandOf(pid: number): string {
  const words = procFile(`${pid}/cmdline`).split('\0').filter(Boolean)
  const script = words.findIndex((word) => word.endsWith('.js'))
  const program = words[script] ?? ''
  // the launcher is told the name of the command, another program is it
  const name = program.endsWith('apps/taskw/main.js') ? [] : [basename(program, '.js')]
  return script < 0 ? words.join(' ') : ['task', ...name, ...words.slice(script + 1).filter((word) => word !== '--by-task')].join(' ')
}

/** Whether the holder is this process, or one of those that it was started by. */
function mayShare(name: string): boolean {
  const pid = listenerOf(name)
  for (let one = process.pid; pid && one > 1; one = Number(statFields(one)[1])) if (one === pid) return true
  return false
}
