import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { z } from 'zod'

const shape = z.object({ tasks: z.record(z.string(), z.object({ desc: z.string().optional() })) })

/** What Taskfile.yml describes, in its order. */
export function describedTasks(root: string): { name: string; description: string }[] {
  const { tasks } = shape.parse(load(readFileSync(join(root, 'Taskfile.yml'), 'utf8')))
  return Object.entries(tasks).flatMap(([name, { desc }]) => (desc === undefined ? [] : [{ name, description: desc }]))
}

/** The list of commands, for people. */
export function helpText(root: string): string {
  const tasks = describedTasks(root).filter(({ name }) => name !== 'default')
  const width = Math.max(...tasks.map(({ name }) => name.length))
  return `Usage: ./taskw COMMAND [ARGUMENTS], plain: task COMMAND -- ARGUMENTS

Commands:
${tasks.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`).join('\n')}

./taskw help COMMAND shows its arguments, with examples; ./taskw version. What follows ./taskw --task goes to go-task.`
}
