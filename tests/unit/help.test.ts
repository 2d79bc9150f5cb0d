import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { commands, firstCommands, groups } from '../../apps/taskw/commands.ts'
import { describedTasks, helpText } from '../../apps/taskw/help.ts'
import { loadEnvironment } from '../../clients/environment.ts'

const { root, build } = loadEnvironment({})
const run = promisify(execFile)

const described = describedTasks(root).map(({ name }) => name).filter((name) => name !== 'default')

test('every command stands in one group, five come first, and the list fits 80 columns', () => {
  const grouped = Object.values(groups).flat()
  assert.deepEqual([...grouped].sort(), [...described].sort())
  assert.equal(new Set(grouped).size, grouped.length)
  assert.equal(firstCommands.length, 5)
  const lines = helpText(root).split('\n')
  assert.deepEqual(lines.filter((line) => line.length > 80), [])
  assert.deepEqual(lines.filter((line) => /^\S+$/.test(line)), Object.keys(groups))
  for (const name of firstCommands) assert.ok(lines.findIndex((line) => line.startsWith(`  ${name} `)) < 8, name)
})

/** Every command and subcommand with its help, as the programs themselves list them. */
async function helps(program: string, words: string[]): Promise<{ words: string[]; help: string }[]> {
  const { stdout } = await run(process.execPath, [join(build, 'dist', program), ...words, '--help'])
  const listed = stdout.split('\nCommands:\n')[1]?.split('\n\n')[0] ?? ''
  const inner = [...listed.matchAll(/^ {2}([a-z]+)/gm)].flatMap(([, name = '']) => (name === 'help' ? [] : [name]))
  const deeper = []
  for (const name of inner) deeper.push(...(await helps(program, [...words, name])))
  return [{ words, help: stdout }, ...deeper]
}

test('the help of every command and subcommand has examples that name it, and says how it is called', async () => {
  const seen: string[] = []
  const programs = new Map(Object.entries(commands).map(([name, { program, leading = [] }]) => [`${program} ${leading.join(' ')}`, { name, program, leading }]))
  const all = await Promise.all([...programs.values()].map(async ({ name, program, leading }) => ({ name, each: await helps(program, name.startsWith('test') ? [] : leading) })))
  for (const { name, each } of all) {
    for (const { words, help } of each) {
      const what = [name, ...words].join(' ')
      seen.push(what)
      assert.match(help, /^Usage: task [a-z]+( -- .+)?\n/, what)
      const examples = help.split(/\nExamples?:\n/)[1] ?? ''
      const own = words.filter((word) => word !== name)
      assert.ok(examples.split('\n').some((line) => line.includes('task ') && (own.length === 0 || line.includes(own.join(' ')) || line.includes(name))), `${what}: ${help}`)
    }
  }
  assert.ok(['banned add', 'alerts silences', 'certs list', 'client simulate', 'shop withdraw'].every((what) => seen.includes(what)), seen.join(', '))
})
