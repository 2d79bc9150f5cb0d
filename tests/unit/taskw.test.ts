import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { givenToTask } from '../../apps/taskw/go-task.ts'
import { loadEnvironment } from '../../clients/environment.ts'

const { root, build } = loadEnvironment({})
const task = join(root, 'node_modules/@nmnmcc/task-linux-x64/bin/task')
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'vygodno-taskw-')))
after(() => rmSync(scratch, { recursive: true, force: true }))

/** A project with the real taskw, Taskfile.yml and launcher, whose commands say with what they were started. */
const project = join(scratch, 'про ект')
const dist = join(project, '.stack/build/dist')
const caller = join(scratch, 'у вызвавшего')
for (const folder of ['compose', 'clients', 'config/text', 'tasks', 'apps/taskw', '.stack/build']) mkdirSync(join(project, folder), { recursive: true })
mkdirSync(caller)
for (const file of ['taskw', 'Taskfile.yml', 'compose/compose.yaml', 'compose/.env', 'package.json', 'package-lock.json', 'tsconfig.json', 'apps/taskw/main.ts']) copyFileSync(join(root, file), join(project, file))
// nothing that could be installed, or deleted by installing
mkdirSync(join(project, 'node_modules'))
symlinkSync(join(root, 'node_modules/@nmnmcc'), join(project, 'node_modules/@nmnmcc'))
writeFileSync(join(project, 'node_modules/.package-lock.json'), '')
writeFileSync(join(project, 'build.mjs'), "import { appendFileSync } from 'node:fs'\nappendFileSync('builds.txt', 'built\\n')\n")
cpSync(join(build, 'dist'), dist, { recursive: true })
const tell = "process.stdout.write(JSON.stringify({ name: NAME, args: process.argv.slice(2), cwd: process.cwd(), env: process.env }))\n"
for (const name of ['status', 'alerts', 'clean', 'test']) writeFileSync(join(dist, 'tasks', `${name}.js`), tell.replace('NAME', `'${name}'`))
for (const name of ['jars', 'tools']) writeFileSync(join(dist, 'tasks', `${name}.js`), '')
writeFileSync(join(dist, '.built'), '')

type Told = { name: string; args: string[]; cwd: string; env: Record<string, string> }
const told = (text: string) => JSON.parse(text) as Told
const start = (program: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) => spawnSync(program, args, { cwd: caller, encoding: 'utf8', ...options })

const typed = [
  ['чайник', 'ёлка «XYZ»', '{{', '}}', '{{.HOME}}', '{{ env "HOME" }}', '{{/*', '%s%n', '$HOME', '`id`', '$(id)', '"', "'", '\\', "it's", '*', '~', '!', '#', ';', '&', '|', '<', '', ' ', '\n', 'a\nb', '\t', '\u00a0'],
  ['--', '-', '-1', '--limit=3', '-x', '--no-such', '--', '--'],
  ['NAME=value', 'PART=core', 'clean', 'test', ...Array.from({ length: 1_000 }, (_, index) => `слово-${index}`)],
]

test('whatever a person types arrives as typed, by ./taskw with and without two hyphens, and by plain task', () => {
  const link = join(caller, 'по ссылке')
  symlinkSync(join(project, 'taskw'), link)
  for (const args of typed) {
    const direct = start(link, ['status', '--', ...args])
    assert.equal(direct.status, 0, direct.stderr)
    assert.deepEqual(told(direct.stdout).args, args)
    assert.equal(told(direct.stdout).cwd, caller, "a path means the caller's folder")
    assert.equal(direct.stderr, '')
    if (args[0] !== '--') assert.deepEqual(told(start(join(project, 'taskw'), ['status', ...args]).stdout).args, args)
    const plain = start(task, ['-x', '-t', join(project, 'Taskfile.yml'), 'status', '--', ...args])
    assert.equal(plain.status, 0, plain.stderr)
    assert.deepEqual([told(plain.stdout).args, told(plain.stdout).cwd], [args, caller])
  }
  const inside = start(task, ['-x', 'status', '--', 'x.json'], { cwd: join(project, 'compose') })
  assert.deepEqual([told(inside.stdout).args, told(inside.stdout).cwd], [['x.json'], join(project, 'compose')])
  assert.equal(existsSync(join(project, 'builds.txt')), false)
  assert.equal(existsSync(join(caller, 'node_modules')), false)
})

test('whatever the umask, nobody else may write what is made', () => {
  writeFileSync(join(dist, 'tasks', 'logs.js'), "process.stdout.write(process.umask().toString(8))\n")
  for (const [given, expected] of [['000', '22'], ['002', '22'], ['022', '22'], ['027', '27'], ['077', '77'], ['777', '77']])
    assert.equal(start('sh', ['-c', `umask ${given}; exec "$0" logs`, join(project, 'taskw')]).stdout, expected, given)
})

test('no argument starts a second task, whichever comes first', () => {
  for (const [args, hint] of [
    [['alerts', 'test'], 'task alerts -- test'],
    [['status', 'clean', '--', '--json'], 'task status -- clean --json'],
    [['--parallel', 'test', 'clean'], 'task test -- clean'],
  ] as const) {
    const { status, stdout, stderr } = start(task, ['-x', ...args], { cwd: project })
    assert.equal(status, 2, stderr)
    assert.ok(stderr.includes(hint), stderr)
    assert.equal(stdout, '')
  }
  // a recipe of go-task alone can't look, the command after it does
  assert.equal(start(task, ['-x', 'build', 'clean'], { cwd: project }).stdout, '')
  const direct = told(start(join(project, 'taskw'), ['alerts', 'test']).stdout)
  assert.deepEqual([direct.name, direct.args], ['alerts', ['test']])
  assert.deepEqual(told(start(task, ['-x', 'test:part', 'PART=core'], { cwd: project }).stdout).args, ['PART=core'])
})

test('the arguments of go-task are those of the task that it was asked for', () => {
  assert.deepEqual(givenToTask('search', ['-x', '-d', '/somewhere', 'search', '--', 'a', '--', 'b']), ['a', '--', 'b'])
  assert.deepEqual(givenToTask('search', ['--output', 'group', 'search']), [])
  // one that another task has started has been given nothing
  assert.deepEqual(givenToTask('help', []), [])
  assert.deepEqual(givenToTask('clean', ['search', '--', 'a']), [])
  assert.throws(() => givenToTask('search', ['search', 'X=1', 'чайник']), /expected one task, got 2/)
  assert.throws(() => givenToTask('search', ['search', "X=it's"]), (error: Error & { hint?: string }) => error.hint === "task search -- 'X=it'\\''s', or before the command: 'X=it'\\''s' task search")
})

test('an unknown command is refused with a suggestion, help is ours, and nothing of go-task is said', () => {
  for (const [args, code, seen] of [
    [['statsu'], 2, /expected a command, got "statsu" — did you mean "status"\? \[UNKNOWN_COMMAND\]/],
    [['{{'], 2, /expected a command, got "{{"/],
    [['constructor'], 2, /UNKNOWN_COMMAND/],
    [['audit', 'clean'], 2, /expected no arguments for audit, got "clean"/],
    [['help', 'statsu'], 2, /did you mean "status"/],
  ] as const) {
    const { status, stdout, stderr } = start(join(project, 'taskw'), [...args])
    assert.equal(status, code, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, seen)
    assert.doesNotMatch(stderr, /task:/)
  }
  for (const args of [[], ['--help']]) assert.match(start(join(project, 'taskw'), args).stdout, /\n {2}status {2,}What runs/)
  assert.match(start(task, ['-x'], { cwd: project }).stdout, /\n {2}status {2,}What runs/)
  assert.deepEqual(told(start(join(project, 'taskw'), ['help', 'status']).stdout).args, ['--help'])
  assert.match(start(join(project, 'taskw'), ['help', 'audit']).stdout, /^Usage: .+ audit\n\nKnown .+\n\nExample:\n/)
  assert.match(start(join(project, 'taskw'), ['--version']).stdout, /^vygodno \d+\.\d+\.\d+\n$/)
  assert.match(start(join(project, 'taskw'), ['--task', '--version']).stdout, /^3\./)
})

test('whoever has called taskw is told what he can type, as he typed it; plain task tells plain commands; both end alike', () => {
  symlinkSync(join(project, 'taskw'), join(caller, 'tw'))
  for (const [program, args, cwd, told] of [
    ['./tw', ['banned', '--jsn'], caller, './tw banned --help'],
    ['./taskw', ['banned', 'add', '--jsn'], project, './taskw banned add --help'],
    ['../taskw', ['banned', 'add'], join(project, 'compose'), '../taskw banned add --help'],
    [task, ['-x', 'banned', '--', 'add', '--jsn'], project, 'task banned -- add --help'],
  ] as const) {
    const { status, stdout, stderr } = start(program, [...args], { cwd })
    assert.deepEqual([status, stdout], [2, ''], stderr)
    assert.ok(stderr.includes(`  → ${told}\n`), stderr)
    assert.equal(/task: Failed/.test(stderr), program === task, stderr)
  }
  assert.match(start('./tw', ['banned', 'add', '--help']).stdout, /^Usage: \.\/tw banned add [^]+\n {2}\.\/tw banned add 12345/)
  assert.match(start('tw', ['banned', 'add', '--help'], { env: { ...process.env, PATH: `${caller}:${process.env.PATH}` } }).stdout, /^Usage: tw banned add /)
  const { VYGODNO_CALLED_AS: as } = told(start('./tw', ['status']).stdout).env
  assert.equal(as, undefined, 'what a command starts was not called so')
})

test('what a command needs and can not be made fails as it says, without a word of go-task', () => {
  writeFileSync(join(dist, 'tasks', 'tools.js'), "process.stderr.write('✗ no tools\\n')\nprocess.exitCode = 3\n")
  const { status, stdout, stderr } = start(join(project, 'taskw'), ['test'])
  assert.deepEqual([status, stdout, stderr], [3, '', '✗ no tools\n'])
  writeFileSync(join(dist, 'tasks', 'tools.js'), '')
  assert.equal(told(start(join(project, 'taskw'), ['test']).stdout).name, 'test')
})

test('what is changed, added or removed among the sources is built before the command, once', () => {
  const builds = () => (existsSync(join(project, 'builds.txt')) ? readFileSync(join(project, 'builds.txt'), 'utf8').split('\n').length - 1 : 0)
  const run = () => assert.equal(start(join(project, 'taskw'), ['status']).status, 0)
  const source = join(project, 'tasks/new.ts')
  for (const change of [
    () => writeFileSync(source, ''),
    () => chmodSync(source, 0o600),
    // older than what is built, as a copy that keeps its time
    () => spawnSync('touch', ['-d', '2001-01-01', source]),
    () => rmSync(source),
  ]) {
    const before = builds()
    change()
    run()
    run()
    assert.equal(builds(), before + 1, String(change))
  }
})

test('a copy of taskw installs nothing into a foreign folder', () => {
  const foreign = join(scratch, 'foreign')
  mkdirSync(foreign)
  writeFileSync(join(foreign, 'package-lock.json'), '{}')
  copyFileSync(join(root, 'taskw'), join(foreign, 'taskw'))
  const { status, stderr } = start(join(foreign, 'taskw'), ['status'], { cwd: foreign })
  assert.equal(status, 2)
  assert.match(stderr, /expected taskw in the folder of its project/)
  assert.equal(existsSync(join(foreign, 'node_modules')), false)
})

test('every command that the Taskfile describes is one that the launcher knows, or a recipe of go-task', async () => {
  const { commands } = await import('../../apps/taskw/commands.ts')
  const { describedTasks } = await import('../../apps/taskw/help.ts')
  const described = describedTasks(root).map(({ name }) => name)
  assert.deepEqual(described.filter((name) => !Object.hasOwn(commands, name)), ['default', 'audit', 'build', 'jars', 'tools'])
  assert.deepEqual(Object.keys(commands).filter((name) => !described.includes(name)), [])
  for (const { program } of Object.values(commands)) assert.ok(existsSync(join(build, 'dist', program)), program)
})

test('a command that is started while the bundle is written still starts', async () => {
  const writing = spawn(process.execPath, ['build.mjs'], { cwd: root, stdio: 'ignore' })
  const ended = new Promise((resolve) => writing.on('close', resolve))
  let tries = 0
  while (writing.exitCode === null) {
    const { status, stderr } = spawnSync(process.execPath, [join(build, 'dist/tasks/down.js'), '--help'], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    tries++
    await new Promise((resolve) => setImmediate(resolve))
  }
  await ended
  assert.ok(tries > 0)
})
