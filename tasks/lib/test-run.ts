import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CheckError } from '../../clients/errors.ts'
import { checkpoint, interruptedCode, putBack } from '../../clients/interruption.ts'
import { outcomeOf } from './children.ts'
import { startTicks } from './proc.ts'

/** The variable by which every process that tests have started can be told, wherever its stack and its address are. */
const variable = 'VYGODNO_TEST_RUN'
const prefix = 'vygodno-test-'

/** Who runs tests: a process, and the folder that its tests use for what is temporary. */
type Run = { pid: number; ticks: string; root: string }

type Options = { environment?: NodeJS.ProcessEnv; atEnd?: () => Promise<void> }

const nameOf = ({ pid, ticks, root }: Run) => `${pid}:${ticks}:${root}`
const isOver = ({ pid, ticks }: Run) => startTicks(pid) !== ticks

/**
 * Runs programs that test, one after the other, with a temporary folder of their own. Whatever they have started and left
 * behind is ended, also when they fail, or are ended by a signal.
 *
 * @param commands each with its arguments
 * @param options what they get besides the environment, and what ends in good order what they have started
 * @throws CheckError `TESTS_FAILED`
 */
export async function runTests(root: string, what: string, commands: string[][], { environment = {}, atEnd }: Options = {}): Promise<void> {
  const run = { pid: process.pid, ticks: startTicks(process.pid) ?? '', root }
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${run.pid}-${run.ticks}-`))
  writeFileSync(join(folder, '.checkout'), root)
  try {
    for (const [program = '', ...args] of commands) {
      const child = spawn(program, args, { cwd: root, env: { ...process.env, ...environment, TMPDIR: folder, [variable]: nameOf(run) }, stdio: 'inherit' })
      const outcome = await outcomeOf(child)
      checkpoint()
      if (outcome !== 0) throw new CheckError('TESTS_FAILED', `expected the ${what} tests to pass, ${program} ended with ${outcome}`, 'what failed stands above')
    }
  } finally {
    await putBack('nothing of the tests is left', 'task down', async () => {
      if (interruptedCode() === undefined) await atEnd?.()
      await endProcesses((name) => name === nameOf(run))
      rmSync(folder, { recursive: true, force: true })
    })
  }
}

/**
 * Ends what tests of this checkout have left behind that were killed before they could.
 *
 * @returns how many processes
 */
export async function sweepTests(root: string): Promise<number> {
  const ended = await endProcesses((name) => {
    const [pid = '', ticks = '', ...folder] = name.split(':')
    return folder.join(':') === root && isOver({ pid: Number(pid), ticks, root })
  })
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(prefix))) {
    const folder = join(tmpdir(), name)
    const [pid, ticks = ''] = name.slice(prefix.length).split('-')
    if (contentOf(join(folder, '.checkout')) === root && isOver({ pid: Number(pid), ticks, root })) rmSync(folder, { recursive: true, force: true })
  }
  return ended
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined // not ours, or gone meanwhile
  }
}

/** Kills the processes of runs, again until there are none: one may have started another at the last moment. */
async function endProcesses(isMeant: (run: string) => boolean): Promise<number> {
  const ended = new Set<number>()
  for (let round = 0; round < 50; round++) {
    const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && isMeant(runOf(name) ?? ''))
    if (found.length === 0) break
    for (const pid of found.map(Number)) {
      ended.add(pid)
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // it has ended meanwhile
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return ended.size
}

/** The run that a process belongs to, by the environment it was started with; none for another user's process (proc(5)). */
function runOf(pid: string): string | undefined {
  return contentOf(`/proc/${pid}/environ`)?.split('\0').find((entry) => entry.startsWith(`${variable}=`))?.slice(variable.length + 1)
}
