import { basename, dirname } from 'node:path'
import { shellQuoted } from './shell.ts'

/** How ./taskw was called, as it says; what this process starts was not called so. */
const variable = 'VYGODNO_CALLED_AS'
const typed = process.env[variable] ?? './taskw'
delete process.env[variable]

let caller: { program: string; command: RegExp; names: Map<string, string> } | undefined

/**
 * From now on commands are told as a person who called ./taskw can type them. Texts say `task NAME -- ARGUMENTS`, as plain
 * go-task takes it.
 *
 * @param names what is typed for each command that texts may name; before any other word `task` is only a word
 */
export function calledByWrapper(names: Map<string, string>): void {
  const isOnPath = (process.env.PATH ?? '').split(':').includes(dirname(typed))
  const program = typed.startsWith('/') && isOnPath ? basename(typed) : typed.includes('/') ? typed : `./${typed}`
  const longestFirst = [...names.keys()].sort((one, other) => other.length - one.length)
  const before = String.raw`(?<=^|[\s\x60'"«(→]|\[\d+m)`
  const command = new RegExp(String.raw`${before}task (${longestFirst.join('|')})(?![\w:-])(?: --(?=\s|$))?`, 'gm')
  caller = { program: shellQuoted(program), command, names }
}

/** The text with its commands as whoever called can type them: `./taskw NAME ARGUMENTS` for `task NAME -- ARGUMENTS`. */
export function asCalled(text: string): string {
  const as = caller
  return as ? text.replace(as.command, (_, name: string) => `${as.program} ${as.names.get(name) ?? name}`) : text
}
