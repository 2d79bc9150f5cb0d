import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { z } from 'zod'
import { asCalled } from '../../clients/caller.ts'
import { out } from '../../clients/terminal.ts'
import { firstCommands, groups } from './commands.ts'

const shape = z.object({ tasks: z.record(z.string(), z.object({ desc: z.string().optional() })) })

/** What Taskfile.yml describes, in its order. */
export function describedTasks(root: string): { name: string; description: string }[] {
  const { tasks } = shape.parse(load(readFileSync(join(root, 'Taskfile.yml'), 'utf8')))
  return Object.entries(tasks).flatMap(([name, { desc }]) => (desc === undefined ? [] : [{ name, description: desc }]))
}

/** The list of commands, for people: five to begin with, then all of them by whose they are. */
export function helpText(root: string): string {
  const descriptions = new Map(describedTasks(root).map(({ name, description }) => [name, description]))
  const width = Math.max(...[...descriptions.keys()].map(({ length }) => length))
  const list = (names: string[]) => names.map((name) => `  ${name.padEnd(width)}  ${descriptions.get(name) ?? ''}`).join('\n')
  const sections = Object.entries({ 'to begin with': firstCommands, ...groups })
  return asCalled(`Usage: task COMMAND -- [ARGUMENTS]

${sections.map(([title, names]) => `${out.bold(title)}\n${list(names)}`).join('\n\n')}

task COMMAND -- --help shows its arguments, with examples.
Only by ./taskw: help COMMAND; version; completion bash, zsh or fish;
--task, and what follows it goes to go-task.`)
}
