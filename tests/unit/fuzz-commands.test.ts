import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { loadEnvironment } from '../../clients/environment.ts'
import { limits } from './fuzz.ts'

const env = loadEnvironment({})
const scratch = mkdtempSync(join(tmpdir(), 'vygodno-fuzz-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const [stack, folder] = [join(scratch, 'stack'), join(scratch, 'cwd')]
mkdirSync(folder)

const subcommands: Record<string, string[]> = { banned: ['add', 'remove', 'list', 'test'], certs: ['list', 'rotate'], alerts: ['test', 'silence'], analytics: ['ingest', 'compact', 'report', 'recommend', 'evaluate'], 'shop-api': ['send', 'withdraw'], 'client-api': ['search', 'view', 'cart', 'buy', 'review', 'recommend', 'simulate', 'relevance'] }
const commands = [
  ...readdirSync(join(env.root, 'tasks')).filter((file) => file.endsWith('.ts')).map((file) => ({ name: file.slice(0, -3), program: join(env.build, 'dist', 'tasks', `${file.slice(0, -3)}.js`) })),
  ...['shop-api', 'client-api', 'dashboard'].map((name) => ({ name, program: join(env.build, 'dist', 'apps', name, 'main.js') })),
]

/** Runs a command on a stack that does not exist, so that nothing could be harmed. */
function run(program: string, args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env: { ...process.env, DEBUG: '', VYGODNO_STACK: stack, VYGODNO_HOST: '127.0.0.97' }, timeout: 60_000 })
  const outcome = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (outcome.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (outcome.stderr += chunk.toString()))
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...outcome, code })))
}

const word = fc
  .oneof(fc.string({ maxLength: 20 }), fc.string({ unit: 'grapheme', maxLength: 8 }), fc.constantFrom('', '-', '--json', '0', '-1', '7', '1e9', 'NaN', '..', '$(id)', '`id`', "'; drop table products; --", '"', 'чайник', 'Ёлка «XYZ»', '%s%n', '\n', 'a\tb', '--limit=0', '--user', '--reason', '10101'))
  // an argument can't hold NUL; two hyphens alone end the options, help is no mistake, and no path leads out of the folder
  .filter((text) => !/[\0/]/.test(text) && text !== '--' && !/^-[^-]*[hV]|^--h/.test(text) && text !== 'help')

function refusedInGoodOrder(stderr: string, what: string): void {
  assert.match(stderr, /\[\w+\]\n {2}→ /, what)
  assert.doesNotMatch(stderr, /\n {4}at |unexpected:/, what)
}

test('whatever the arguments, an unknown option is refused with exit code 2, a hint and nothing done', async () => {
  assert.ok(commands.length > 12 && commands.every(({ program }) => existsSync(program)), 'task build')
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...commands), fc.nat(), fc.array(word, { maxLength: 4 }), async ({ name, program }, choice, words) => {
      const inner = subcommands[name] ?? []
      const { code, stdout, stderr } = await run(program, [...inner.slice(choice % Math.max(1, inner.length)).slice(0, 1), ...words, '--no-such-option'])
      const what = `${name} ${JSON.stringify(words)}: exit code ${code}, ${stderr}`
      assert.equal(code, 2, what)
      assert.equal(stdout, '')
      refusedInGoodOrder(stderr, what)
      assert.equal(existsSync(stack), false)
    }),
    limits(30),
  )
})

/** What only asks, or ends at once where no stack is: it may be run with arguments that are right. */
const harmless = ['alerts', 'banned', 'certs', 'check', 'logs', 'plan', 'status', 'shop-api', 'client-api']
/** They never end, or write where a person says. */
const left = ['--help', '--version', '--watch', '--follow', '--file', '--truth', '--report']

test('whatever the options and arguments, a command without a stack answers or says what is wrong, and leaves nothing behind', async () => {
  const ways = (await Promise.all(commands.filter(({ name }) => harmless.includes(name)).map(async ({ name, program }) => {
    const inner = subcommands[name]?.map((each) => [each]) ?? [[]]
    return Promise.all(inner.map(async (path) => {
      const options = ((await run(program, [...path, '--help'])).stdout.match(/--[a-z][a-z-]*/g) ?? []).filter((option) => !left.includes(option))
      return { name, program, path, options: [...new Set(options)] }
    }))
  }))).flat()
  assert.ok(ways.length > 15 && ways.some(({ options }) => options.includes('--max-price')))
  const drawn = fc.constantFrom(...ways).chain((way) => fc.tuple(fc.constant(way), fc.array(way.options.length > 0 ? fc.oneof(word, fc.constantFrom(...way.options)) : word, { maxLength: 5 })))
  await fc.assert(
    fc.asyncProperty(drawn, async ([{ name, program, path }, words]) => {
      const { code, stderr } = await run(program, [...path, ...words])
      const what = `${name} ${JSON.stringify([...path, ...words])}: exit code ${code}, ${stderr}`
      assert.ok(code !== null && [0, 1, 2, 3, 4, 124].includes(code), what)
      // task status shows what is down in its table
      if (code !== 0 && name !== 'status') refusedInGoodOrder(stderr, what)
      const made = [...readdirSync(scratch).filter((name) => name !== 'cwd'), ...readdirSync(folder)]
      rmSync(stack, { recursive: true, force: true })
      assert.deepEqual(made, [], what)
    }),
    limits(20),
  )
})

test('a file that can’t be written is refused before the work begins', async () => {
  for (const [name, args] of [['check', ['--report', '..']], ['analytics', ['report', '--html', '..']]] as const) {
    const { code, stderr } = await run(join(env.build, 'dist', 'tasks', `${name}.js`), [...args])
    assert.equal(code, 2, stderr)
    assert.match(stderr, /got \.\.: EISDIR.* \[FILE_UNWRITABLE\]\n {2}→ /)
  }
})
