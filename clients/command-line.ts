import { type Command, Help } from 'commander'
import { asCalled } from './caller.ts'
import { UsageError } from './errors.ts'
import { shown } from './plain.ts'

const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)]

/**
 * The program's help says how its commands are called; what commander has to say of mistakes is left to `misuse`.
 *
 * @param quieten called before a command runs that was given --quiet, an option of every one
 */
export function prepare(program: Command, quieten: () => void): void {
  const help = new Help()
  // task banned -- add [options], where commander itself says: banned add [options]
  const commandUsage = (command: Command) => `task ${help.commandUsage(command).replace(' ', ' -- ')}`
  const writeOut = (text: string) => void process.stdout.write(shown(asCalled(text)))
  for (const command of all(program)) {
    command.option('-q, --quiet', 'no talk: data, warnings and errors only')
    command.exitOverride().configureHelp({ commandUsage }).configureOutput({ writeOut, writeErr: () => {}, outputError: () => {} })
  }
  program.hook('preAction', (_, command) => {
    if (command.optsWithGlobals<{ quiet?: true }>().quiet) quieten()
  })
}

export type CommanderError = Error & { code: string; exitCode: number }

/** True for what commander throws: a mistake in the arguments, or a help that has been shown. */
export function isOfCommander(error: unknown): error is CommanderError {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')
}

/** A mistake in the arguments as an error of ours, with the help that belongs to it. */
export function misuse(program: Command, argv: string[], error: CommanderError): UsageError {
  const inner = program.commands.find((command) => command.name() === argv[0])
  const words = [...(inner ? [inner.name()] : []), '--help']
  return new UsageError('USAGE', error.message.replace(/^error: /, '').replaceAll('\n', ' '), `task ${program.name()} -- ${words.join(' ')}`)
}
