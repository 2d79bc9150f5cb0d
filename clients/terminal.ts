import chalk, { Chalk } from 'chalk'
import type { Command } from 'commander'
import type { Ora } from 'ora'
import { asCalled } from './caller.ts'
import { type CommanderError, isOfCommander, misuse, prepare } from './command-line.ts'
import { candidates, completionLines, isCompleting } from './completion.ts'
import { awaited } from './deadline.ts'
import { messageOf, TimeoutError, VygodnoError } from './errors.ts'
import { checkpoint, heedSignals, interruptedCode, interruptedError, left, orInterrupted } from './interruption.ts'
import { drawn, plain, plainJson, shown } from './plain.ts'
import { ignoreSurroundings } from './surroundings.ts'

// what measures and draws takes a fifth of a command's start, and is needed on a terminal only
const layOut = process.stdout.isTTY ? (await import('./table.ts')).layOut : undefined

/** chalk 5 ignores NO_COLOR by itself (https://no-color.org). */
function colours(stream: NodeJS.WriteStream) {
  const pen = process.env.NO_COLOR || !stream.isTTY ? new Chalk({ level: 0 }) : chalk
  const ink = (style: 'bold' | 'cyan' | 'dim' | 'green' | 'red' | 'yellow') => (text: string) => drawn(pen[style](plain(text)))
  return { bold: ink('bold'), cyan: ink('cyan'), dim: ink('dim'), green: ink('green'), red: ink('red'), yellow: ink('yellow') }
}

export const out = colours(process.stdout)
export const err = colours(process.stderr)

const secrets = [
  /(?<=-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----)[^-]+(?=-----END)/g,
  /\b\d{8,10}:[A-Za-z0-9_-]{35}\b/g,
  /\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20})\b/g,
  /(?<=\b[a-z][a-z0-9+]*:\/\/[^\s/:@]+:)[^\s/@]{3,}(?=@)/g,
  /(?<=\b[\w.-]*(?:password|passwd|secret|token)=)[^\s,;&]+/gi,
]

/** The text without private keys, tokens and passwords, which an error of a library may carry. */
export function redact(text: string): string {
  return secrets.reduce((shown, secret) => shown.replace(secret, '[hidden]'), text)
}

let isQuiet = false

/** Says something to the person at the terminal, without secrets, unless it is to be quiet; stdout is kept for data. */
export function say(text: string): void {
  if (!isQuiet) insist(text)
}

/** True when a person wants data, warnings and errors only. */
export const quiet = (): boolean => isQuiet

/** Says what is not held back by --quiet: warnings and errors. */
export function insist(text: string): void {
  process.stderr.write(`${shown(redact(asCalled(text)))}\n`)
}

/** `1 product`, `2 products`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** A warning on stderr. */
export function warn(text: string): void {
  insist(`${err.yellow('!')} ${text}`)
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)}s`

/** Steps under way, the innermost last: it alone is drawn, two live lines would overwrite each other. */
const spinning: Ora[] = []

function spin(spinner: Ora): void {
  spinning.at(-1)?.stop()
  spinning.push(spinner)
  spinner.start()
}

/** @param last said where the live line was, before the one around it goes on */
function rest(spinner: Ora, last: () => void): void {
  spinner.stop()
  spinning.splice(spinning.indexOf(spinner), 1)
  last()
  spinning.at(-1)?.start()
}

/**
 * Runs one step: a live line on a terminal, then `✓ name detail 8.4s`; one plain line where stderr is not a terminal.
 *
 * @param work is given `progress(text)` to show what is being waited for, and may return a detail for the last line
 */
export async function step<T>(name: string, work: (progress: (text: string) => void) => Promise<T>): Promise<T> {
  checkpoint()
  const started = performance.now()
  const live = process.stderr.isTTY && !process.env.CI && !isQuiet
  const spinner = live ? (await import('ora')).default({ text: shown(name), stream: process.stderr, discardStdin: false }) : undefined
  if (spinner) spin(spinner)
  const done = (mark: string, detail: string) => {
    const last = () => say(`${mark} ${name}${detail} ${err.dim(seconds(performance.now() - started))}`)
    if (spinner) rest(spinner, last)
    else last()
  }
  try {
    const result = await work((text) => {
      if (spinner) spinner.text = shown(`${name} ${err.dim(`${text} ${seconds(performance.now() - started)}`)}`)
    })
    checkpoint()
    done(err.green('✓'), typeof result === 'string' && result ? ` ${result}` : '')
    return result
  } catch (error) {
    done(err.red('✗'), '')
    throw error
  }
}

/**
 * Rows as a table that fits the terminal, tab-separated without decoration when piped.
 *
 * @param right indexes of the columns that stand at the right
 */
export function table(head: string[], rows: string[][], right: number[] = []): string {
  if (!layOut) return rows.map((row) => row.map((cell) => cell.replace(/[\t\n]/g, ' ')).join('\t')).join('\n')
  // escape sequences of ours are there to be measured, and kept again for the print
  const ink = (style: (text: string) => string) => (text: string) => shown(style(text))
  const look = { width: process.stdout.columns || 80, title: ink(out.bold), rule: ink(out.dim), right }
  return drawn(layOut(head.map(shown), rows.map((row) => row.map((cell) => shown(asCalled(cell)))), look))
}

/** Data for the caller: one JSON document on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${plainJson(value, 2)}\n`)
}

/** Data for the caller: text on stdout. */
export function print(text: string): void {
  process.stdout.write(`${shown(text)}\n`)
}

/**
 * Says what went wrong and what to do next.
 *
 * @returns the exit code that belongs to it
 */
export function report(error: unknown): number {
  if (error instanceof VygodnoError) {
    insist(`${err.red('✗')} ${error.message} ${err.dim(`[${error.code}]`)}`)
    insist(`  ${err.cyan('→')} ${error.hint}`)
  } else {
    insist(`${err.red('✗')} unexpected: ${messageOf(error)}`)
    insist(`  ${err.cyan('→')} DEBUG=1 shows where it happened`)
  }
  if (process.env.DEBUG && error instanceof Error) {
    insist(error.stack ?? '')
    if (error.cause) insist(`caused by: ${error.cause instanceof Error ? error.cause.stack : String(error.cause)}`)
  }
  return error instanceof VygodnoError ? error.exitCode : 1
}

/**
 * States how long a command takes at most, whatever refuses or withholds an answer; then it ends with exit code 124 and says
 * what it was waiting for. Its --help says so, too.
 */
export function endsWithin(seconds: number, command: Command): Command {
  const late = () => {
    const waiting = awaited().join(', ') || 'its own work'
    process.exitCode = report(new TimeoutError('COMMAND_TIMEOUT', `expected ${command.name()} to end within ${seconds} s, it is still waiting for ${waiting}`, 'task status'))
    void leave()
  }
  return command.addHelpText('afterAll', `\nEnds within ${seconds} s, whatever does not answer.`).hook('preAction', () => void setTimeout(late, seconds * 1000).unref())
}

/** For what serves as long as its process lives. */
export const untilKilled = (): Promise<unknown> => orInterrupted(new Promise(() => {})).catch(() => {})

/** Ends the process when all that was said has been taken, for `process.exit()` alone can cut off piped output. */
async function leave(): Promise<void> {
  const taken = (stream: NodeJS.WriteStream) => new Promise((resolve) => stream.write('', resolve))
  const all = Promise.all([taken(process.stdout), taken(process.stderr)])
  // one that nobody reads takes no more, which must not keep what was interrupted
  await (interruptedCode() === undefined ? all : Promise.race([all, new Promise((resolve) => setTimeout(resolve, 1_000))]))
  process.exit()
}

/**
 * Parses the arguments, runs the command, turns what it throws into a message and an exit code, and ends the process: a
 * connection that somebody keeps open, or a retry that nobody needs any more, does not hold it. What serves waits `untilKilled`.
 *
 * @param argv arguments without `node` and the script
 */
export async function runMain(program: Command, argv: string[] = process.argv.slice(2)): Promise<void> {
  if (isCompleting()) {
    process.stdout.write(completionLines(candidates(program, argv)))
    return leave()
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && interruptedCode() === undefined) throw error
  })
  // a terminal that has been closed takes no more words
  process.stderr.on('error', () => {})
  // what nobody waits for any more, as when one of several things at once has failed: said like any other error
  const crashed = (error: unknown) => {
    if (interruptedCode() === undefined) process.exit(report(error))
  }
  process.on('unhandledRejection', crashed).on('uncaughtException', crashed)
  heedSignals(warn, endNow)
  for (const line of ignoreSurroundings()) warn(line)
  prepare(program, () => (isQuiet = true))
  const failure = await program.parseAsync(argv, { from: 'user' }).then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  const code = interruptedCode()
  // what had been begun is put back by now; an error is one of being interrupted
  if (code !== undefined && failure) report(failure.error instanceof VygodnoError && failure.error.code === 'INTERRUPTED' ? failure.error : interruptedError())
  for (const line of code === undefined ? [] : left()) warn(line)
  if (code !== undefined) process.exitCode = code
  else if (failure) process.exitCode = isOfCommander(failure.error) ? usage(program, argv, failure.error) : report(failure.error)
  await leave()
}

/** What ends at once has no time to wait for whoever reads its output. */
function endNow(exitCode: number, lines: string[]): void {
  for (const spinner of spinning.splice(0)) spinner.stop()
  for (const line of lines) warn(line)
  process.exit(exitCode)
}

function usage(program: Command, argv: string[], error: CommanderError): number {
  if (error.exitCode === 0) return 0
  if (error.code !== 'commander.help') return report(misuse(program, argv, error))
  insist(program.helpInformation())
  return 2
}
