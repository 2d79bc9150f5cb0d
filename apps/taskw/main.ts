import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { asCalled, calledByWrapper } from '../../clients/caller.ts'
import { askToComplete } from '../../clients/completion.ts'
import { findRoot } from '../../clients/environment.ts'
import { UsageError } from '../../clients/errors.ts'
import { didYouMean } from '../../clients/suggestion.ts'
import { ignoreSurroundings } from '../../clients/surroundings.ts'
import { print, report, warn } from '../../clients/terminal.ts'
import { type Command, commands, made, recipes } from './commands.ts'
import { completeFirst, completionHelp, completionScript } from './completion.ts'
import { givenToTask, goTask, make, recipe, wordsOfParent } from './go-task.ts'

const root = findRoot()
/** What ./taskw does by itself. */
const ofWrapper = ['help', 'version', 'completion', 'COMMAND', '--task']
/** `client -- search` is typed `search`, too. */
const shorter = Object.entries(commands).flatMap(([name, { program, leading }]) =>
  Object.entries(commands).flatMap(([whole, other]): [string, string][] => (other.program === program && other.leading?.length === 0 && leading?.[0] === name ? [[`${whole} -- ${name}`, name]] : [])),
)
const typedNames = new Map([...[...Object.keys(commands), ...recipes, ...ofWrapper].map((name): [string, string] => [name, name]), ...shorter])

/** Runs a command in this process: it sees its arguments as if it had been started by itself. */
async function run({ program, leading = [], needs = [] }: Command, args: string[]): Promise<void> {
  for (const line of ignoreSurroundings()) warn(line)
  if (needs.length > 0 && !args.some((arg) => arg === '--help' || arg === '-h')) {
    const code = await make(root, needs)
    if (code !== 0) return void (process.exitCode = code)
  }
  const file = join(root, '.stack', 'build', 'dist', program)
  process.argv = [process.execPath, file, ...leading, ...args]
  await import(pathToFileURL(file).href)
}

async function start([name = 'help', ...given]: string[]): Promise<void> {
  if (name === '--by-task') {
    const [task = '', ...fixed] = given
    return named(task, [...fixed, ...givenToTask(task, wordsOfParent())])
  }
  calledByWrapper(typedNames)
  if (name === '--complete') return complete(given)
  if (name === '--task') return void (process.exitCode = await goTask(root, given))
  // the two hyphens before which plain `task` looks for its own arguments are nobody's argument
  return named(name, given[0] === '--' ? given.slice(1) : given)
}

/** What may be typed next, for a shell, which has no use for an error. */
async function complete(words: string[]): Promise<void> {
  const [name = '', ...args] = words
  const command = words.length > 1 && Object.hasOwn(commands, name) ? commands[name] : undefined
  try {
    if (command) {
      askToComplete()
      return await run({ ...command, needs: [] }, args[0] === '--' && args.length > 1 ? args.slice(1) : args)
    }
    const tasks = (await import('./help.ts')).describedTasks(root).filter((task) => task.name !== 'default')
    process.stdout.write(completeFirst(words, tasks.map((task) => ({ value: task.name, about: asCalled(task.description) }))))
  } catch {
    // nothing is offered
  }
}

async function named(name: string, args: string[]): Promise<void> {
  if (['help', '--help', '-h', 'default'].includes(name)) return args[0] === undefined ? print((await import('./help.ts')).helpText(root)) : named(args[0], ['--help'])
  if (['version', '--version', '-V'].includes(name)) return print(`vygodno ${(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version}`)
  if (name === 'completion') return print(args[0] === undefined || args[0].startsWith('-') ? asCalled(completionHelp) : completionScript(args[0]))
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command) return run(command, args)
  const tasks = (await import('./help.ts')).describedTasks(root)
  const others = tasks.find((task) => task.name === name)
  if (!others) throw new UsageError('UNKNOWN_COMMAND', `expected a command, got ${JSON.stringify(name)}${didYouMean(name, tasks.map((task) => task.name))}`, 'task help lists them; task --task is go-task itself')
  if (args[0] === '--help' || args[0] === '-h') return print(asCalled(`Usage: task ${name}\n\n${others.description}\n\nExample:\n  task ${name}`))
  if (args.length > 0) throw new UsageError('USAGE', `expected no arguments for ${name}, got ${JSON.stringify(args[0])}`, `task ${name}`)
  process.exitCode = await (made.includes(name) ? make(root, [name]) : recipe(root, name))
}

await start(process.argv.slice(2)).catch((error: unknown) => (process.exitCode = report(error)))
