import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { commands, firstCommands, groups } from '../../apps/taskw/commands.ts'
import { describedTasks, helpText } from '../../apps/taskw/help.ts'
import { loadEnvironment } from '../../clients/environment.ts'
import { documentedShapes } from '../contract.ts'

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

/** Every program, under the command that gives it no words of its own. */
const programs = Object.entries(commands).filter(([, { leading = [] }]) => leading.length === 0)

test('the help of every command and subcommand has examples that name it, and --quiet; --json prints what docs/json.md says', async () => {
  const all: { name: string; words: string[]; help: string }[] = []
  const waiting = [...programs]
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, { program }] = next
      for (const one of await helps(program, [])) all.push({ name, ...one })
    }
  }
  await Promise.all([lane(), lane(), lane()])
  const withJson: string[] = []
  for (const { name, words, help } of all) {
    const what = [name, ...words].join(' ')
    assert.match(help, /^Usage: task [a-z]+( -- .+)?\n/, what)
    assert.match(help, /\n {2}-q, --quiet /, what)
    const examples = (help.split(/\nExamples?:\n/)[1] ?? '').split('\n')
    assert.ok(examples.some((line) => line.includes('task ') && line.includes(words.at(-1) ?? name)), `${what}: ${help}`)
    if (help.includes('\n  --json ')) withJson.push(what)
    else assert.ok(help.includes('\nCommands:\n') || name.startsWith('test'), `${what} has no --json`)
  }
  assert.deepEqual(withJson.sort(), [...documentedShapes(root).keys()].sort())
})
