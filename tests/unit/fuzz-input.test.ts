import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { loadEnvironment } from '../../clients/environment.ts'
import { UsageError } from '../../clients/errors.ts'
import { checkProduct } from '../../clients/product.ts'
import { ruleId, ruleKinds } from '../../clients/rules.ts'

/** The same in every run; FUZZ_SEED and FUZZ_SECONDS change that by hand. */
const seed = Number(process.env.FUZZ_SEED ?? 20_261_124)
const limits = (share: number) => ({ seed, numRuns: process.env.FUZZ_SECONDS ? 1_000_000 : 1_500, interruptAfterTimeLimit: Number(process.env.FUZZ_SECONDS ?? 6) * 1000 * share, markInterruptAsFailure: false })

const env = loadEnvironment({})
const stack = join(mkdtempSync(join(tmpdir(), 'vygodno-fuzz-')), 'stack')
after(() => rmSync(join(stack, '..'), { recursive: true, force: true }))

const subcommands: Record<string, string[]> = { banned: ['add', 'remove', 'list', 'test'], certs: ['list', 'rotate'], 'shop-api': ['send', 'watch', 'replay'], 'client-api': ['search', 'view', 'cart', 'buy', 'review'] }
const commands = [
  ...readdirSync(join(env.root, 'tasks')).filter((file) => file.endsWith('.ts')).map((file) => ({ name: file.slice(0, -3), program: join(env.build, 'dist', 'tasks', `${file.slice(0, -3)}.js`) })),
  ...['shop-api', 'client-api'].map((name) => ({ name, program: join(env.build, 'dist', 'apps', name, 'main.js') })),
]

/** Runs a command on a stack that does not exist, so that nothing could be harmed. */
function run(program: string, args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [program, ...args], { cwd: env.root, env: { ...process.env, DEBUG: '', VYGODNO_STACK: stack, VYGODNO_HOST: '127.0.0.97' }, timeout: 60_000 })
  const outcome = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (outcome.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (outcome.stderr += chunk.toString()))
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...outcome, code })))
}

const word = fc.oneof(fc.string({ maxLength: 20 }), fc.string({ unit: 'grapheme', maxLength: 8 }), fc.constantFrom('', '-', '--json', '0', '-1', '1e9', 'NaN', '../..', '/etc/passwd', '$(id)', '`id`', "'; drop table products; --", 'чайник', '%s%n', '\n', '--limit=0', '--user', '--report'))
  // an argument can't hold NUL; two hyphens alone end the options, and help is no mistake
  .filter((text) => !text.includes('\0') && text !== '--' && !/^-[^-]*[hV]|^--h/.test(text) && text !== 'help')

test('whatever the arguments, an unknown option is refused with exit code 2, a hint and nothing done', async () => {
  assert.ok(commands.length > 12 && commands.every(({ program }) => existsSync(program)), 'task build')
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...commands), fc.nat(), fc.array(word, { maxLength: 4 }), async ({ name, program }, choice, words) => {
      const inner = subcommands[name] ?? []
      const { code, stdout, stderr } = await run(program, [...inner.slice(choice % Math.max(1, inner.length)).slice(0, 1), ...words, '--no-such-option'])
      assert.equal(code, 2, `${name} ${JSON.stringify(words)}: ${stderr}`)
      assert.equal(stdout, '')
      assert.match(stderr, /\[\w+\]\n {2}→ /)
      assert.doesNotMatch(stderr, /\n {4}at |unexpected:/)
      assert.equal(existsSync(stack), false)
    }),
    limits(2),
  )
})

const [sample] = JSON.parse(readFileSync(join(env.root, 'data/products.json'), 'utf8'))
const value = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
  fc.tuple(fc.constantFrom(...Object.keys(sample), '__proto__', 'constructor'), fc.jsonValue()).map(([field, broken]) => Buffer.from(JSON.stringify({ ...sample, [field]: broken }))),
  fc.tuple(fc.nat(JSON.stringify(sample).length), fc.string({ unit: 'binary', maxLength: 5 })).map(([at, put]) => Buffer.from(JSON.stringify(sample).slice(0, at) + put + JSON.stringify(sample).slice(at + 1))),
)

test('whatever stands in a product record, it is a product or has a defect with a reason', () => {
  fc.assert(
    fc.property(value, fc.option(fc.string({ maxLength: 10 }), { nil: undefined }), (bytes, key) => {
      const checked = checkProduct(bytes, key)
      if ('product' in checked) assert.ok(checked.product.product_id.length > 0)
      else assert.ok(checked.reason.length > 0)
    }),
    limits(0.5),
  )
})

test('a rule is the same rule however often its name is made; the host is loopback or refused', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ruleKinds), fc.string({ unit: 'grapheme', maxLength: 30 }), (kind, text) => {
      const id = ruleId(kind, text)
      assert.equal(ruleId(kind, id.slice(kind.length + 1)), id)
    }),
    limits(0.5),
  )
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ minLength: 1 }), fc.constantFrom('localhost', '127.1', '0.0.0.0', '127.0.0.256')), (host) => {
      try {
        assert.match(loadEnvironment({ VYGODNO_HOST: host }).host, /^127\.\d+\.\d+\.\d+$/)
      } catch (error) {
        assert.ok(error instanceof UsageError && error.code === 'HOST_NOT_LOOPBACK')
      }
    }),
    limits(0.5),
  )
})
