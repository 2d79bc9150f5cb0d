import { type Argument, type Command, Help, type Option } from 'commander'

/** What may be typed next, and what it means. */
export type Candidate = { value: string; about?: string }

/** Stands for the names of files: a shell completes them best. */
const files = ':files'

type Values = () => string[]
const offers = new WeakMap<Argument | Option, Values>()

/**
 * Declares the values that a shell offers for an argument or an option.
 *
 * @param path the argument, or the long flag; before it the subcommand that has it, as `rotate principal`
 * @param values asked for only when somebody completes; what it throws offers nothing
 */
export function offer(program: Command, path: string, values: Values): void {
  const [name, inner] = path.split(' ').reverse()
  const command = inner === undefined ? program : program.commands.find((each) => each.name() === inner)
  const all = [...(command?.registeredArguments ?? []), ...(command?.options ?? [])]
  const of = all.find((each) => ('long' in each ? each.long === name : each.name() === name))
  if (!of) throw new Error(`${program.name()} has no ${path}`)
  offers.set(of, values)
}

let isAsked = false

/** From now on the program that is loaded completes its arguments instead of running. */
export function askToComplete(): void {
  isAsked = true
}

/** True when the program is to complete its arguments. */
export const isCompleting = (): boolean => isAsked

function valuesOf(of: Argument | Option): Candidate[] {
  const isFile = 'flags' in of ? of.flags.includes('<file>') : of.name() === 'file'
  const values = of.argChoices ?? offers.get(of)?.() ?? (isFile ? [files] : [])
  return values.map((value) => ({ value }))
}

/** The command that the words lead to, how many arguments it has got, and the option that still waits for its value. */
function follow(program: Command, words: string[]): { command: Command; given: number; waiting?: Option } {
  let [command, given] = [program, 0]
  let waiting: Option | undefined
  for (const word of words) {
    if (waiting) {
      waiting = undefined
      continue
    }
    const option = word.startsWith('-') ? command.options.find(({ long, short }) => word === long || word === short) : undefined
    const inner = given === 0 ? command.commands.find((each) => each.name() === word) : undefined
    if (option?.required) waiting = option
    else if (inner) command = inner
    else if (!word.startsWith('-')) given++
  }
  return { command, given, ...(waiting && { waiting }) }
}

/**
 * What may stand where the last word is being typed: commands, values, and options once a hyphen is there or nothing else fits.
 *
 * @param words the arguments of the program; the last one as far as it is typed
 */
export function candidates(program: Command, words: string[]): Candidate[] {
  const typed = words.at(-1) ?? ''
  const { command, given, waiting } = follow(program, words.slice(0, -1))
  const fitting = (all: Candidate[]) => all.filter(({ value }) => value === files || value.startsWith(typed))
  if (waiting) return fitting(valuesOf(waiting))
  const help = new Help()
  const options = help.visibleOptions(command).map((option) => ({ value: option.long ?? option.flags, about: option.description }))
  if (typed.startsWith('-')) return fitting(options)
  const inner = given === 0 ? command.commands.map((each) => ({ value: each.name(), about: each.description() })) : []
  const last = command.registeredArguments.at(-1)
  const argument = command.registeredArguments[given] ?? (last?.variadic ? last : undefined)
  const values = [...inner, ...(argument ? valuesOf(argument) : [])]
  const found = fitting(values.filter(({ value }, index) => values.findIndex((other) => other.value === value) === index))
  return found.length === 0 && typed === '' ? options : found
}

/** One candidate a line, as the scripts of apps/taskw/completion.ts read them: the value, a tab, what it means. */
export function completionLines(all: Candidate[]): string {
  return all.map(({ value, about }) => `${value}\t${about?.split('\n')[0] ?? ''}\n`).join('')
}
