import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { loadEnvironment } from '../../clients/environment.ts'
import { PrerequisiteError, UsageError } from '../../clients/errors.ts'
import { lines } from '../../clients/lines.ts'
import { wholeEnvironment } from '../../clients/surroundings.ts'

/** Flags of go-task that take a value, which is not the name of a task (https://taskfile.dev/reference/cli). */
const valued = /^(-[dtoCI]|--(dir|taskfile|output|output-group-begin|output-group-end|concurrency|interval|sort|completion|timeout|expiry|trusted-hosts|cacert|cert|cert-key|remote-cache-dir|temp-dir))$/

/**
 * The arguments of a task that plain `task` was asked for, as they were typed. They are read from go-task's own command
 * line, because go-task takes what it passes on for a template, and `X=1` for a variable.
 *
 * @param words the command line of go-task, its name left out
 * @returns none for a task that was started by another one
 * @throws UsageError when an argument was taken for another task, or for a variable
 */
export function givenToTask(name: string, words: string[]): string[] {
  const end = words.indexOf('--')
  const before = (end < 0 ? words : words.slice(0, end)).filter((word, index, all) => !word.startsWith('-') && !valued.test(all[index - 1] ?? ''))
  const after = end < 0 ? [] : words.slice(end + 1)
  const isVariable = (word: string) => /^[^=]+=/.test(word)
  const asked = before.filter((word) => !isVariable(word))
  const variables = before.filter(isVariable)
  const typed = (args: string[]) => args.map((arg) => (/^[\w.,:/=@%+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`)).join(' ')
  if (asked.length > 1) throw new UsageError('USAGE', `expected one task, got ${asked.length}: ${asked.join(', ')}`, `arguments go after two hyphens: task ${asked[0]} -- ${typed([...asked.slice(1), ...variables, ...after])}; tasks one after the other`)
  if (asked[0] !== name) return []
  if (variables.length > 0 && name !== 'test:part') throw new UsageError('USAGE', `expected no variables of go-task, got ${variables.join(' ')}`, `task ${name} -- ${typed([...variables, ...after])}, or before the command: ${typed(variables)} task ${name}`)
  return [...variables, ...after]
}

/** The command line of the process that has started this one, its name left out (proc(5)). */
export function wordsOfParent(): string[] {
  return readFileSync(`/proc/${process.ppid}/cmdline`, 'utf8').split('\0').slice(1, -1)
}

/**
 * Runs go-task in the project's folder, with this process's terminal.
 *
 * @param stdio elsewhere than on the terminal
 * @returns its exit code
 */
export async function goTask(root: string, args: string[], stdio: StdioOptions = 'inherit', own: Record<string, string> = {}): Promise<number> {
  return ended(start(root, args, stdio, own))
}

function start(root: string, args: string[], stdio: StdioOptions, own: Record<string, string>): ChildProcess {
  // what go-task can't take in a path it says in its own words
  loadEnvironment()
  const packaged = join(root, 'node_modules', '@nmnmcc', 'task-linux-x64', 'bin', 'task')
  return spawn(existsSync(packaged) ? packaged : 'task', ['-x', ...args], { cwd: root, env: wholeEnvironment(own), stdio })
}

/**
 * Runs what Taskfile.yml does by itself. That it has failed is said by what failed, not by go-task once more.
 *
 * @returns its exit code
 */
export async function recipe(root: string, name: string): Promise<number> {
  const child = start(root, [name], ['inherit', 'inherit', 'pipe'], {})
  const code = ended(child)
  if (child.stderr)
    for await (const line of lines(child.stderr))
      if (!stripVTControlCharacters(line).startsWith('task: Failed to run task')) process.stderr.write(`${line}\n`)
  return code
}

/**
 * Makes what a command needs, when it has changed. go-task knows whether it has; it is asked and told, and the program is run
 * here, for go-task would add a line of its own below an error.
 *
 * @returns an exit code
 */
export async function make(root: string, needs: string[]): Promise<number> {
  const isMade = async (names: string[]) => (await goTask(root, ['--silent', '--status', ...names], 'ignore')) === 0
  if (await isMade(needs)) return 0
  for (const need of needs) {
    if (await isMade([need])) continue
    const program = join(root, '.stack', 'build', 'dist', 'tasks', `${need}.js`)
    const code = await ended(spawn(process.execPath, [program], { cwd: root, env: wholeEnvironment(), stdio: 'inherit' }))
    if (code !== 0) return code
    const told = await goTask(root, ['--silent', need], 'inherit', { VYGODNO_MADE: need })
    if (told !== 0) return told
  }
  return 0
}

async function ended(child: ChildProcess): Promise<number> {
  // a terminal tells both of Ctrl-C; whoever tells this process alone means both
  const wait = () => {}
  const pass = (signal: NodeJS.Signals) => void child.kill(signal)
  process.on('SIGINT', wait).on('SIGTERM', pass).on('SIGHUP', pass)
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', () => reject(new PrerequisiteError('PROGRAM_MISSING', 'expected go-task: this platform has no packaged one', 'https://taskfile.dev/installation')))
      child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)))
    })
  } finally {
    process.off('SIGINT', wait).off('SIGTERM', pass).off('SIGHUP', pass)
  }
}
