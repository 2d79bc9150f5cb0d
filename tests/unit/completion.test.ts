import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { Command, Option } from 'commander'
import { candidates, offer } from '../../clients/completion.ts'
import { loadEnvironment } from '../../clients/environment.ts'

const { root } = loadEnvironment({})
/** As a person calls it in the project's folder. */
const wrapper = './taskw'

const program = new Command('fruit').option('--json', 'as JSON')
program.command('pick').argument('<tree>').argument('[name...]').option('-n, --count <n>', 'how many').addOption(new Option('--size <size>').choices(['small', 'big'])).option('--list <file>')
program.command('peel').option('--knife <name>')
offer(program, 'pick name', () => ['apple', 'apricot', 'pear'])
offer(program, 'peel --knife', () => ['sharp', 'blunt'])
const values = (...words: string[]) => candidates(program, words).map(({ value }) => value)

test('what may come next is what the declarations say: commands, values, options, files', () => {
  assert.deepEqual(values(''), ['pick', 'peel'])
  assert.deepEqual(values('pe'), ['peel'])
  assert.deepEqual(values('--'), ['--json', '--help'])
  assert.deepEqual(values('pick', 'tree', 'ap'), ['apple', 'apricot'])
  assert.deepEqual(values('pick', 'tree', 'apple', 'p'), ['pear'], 'one of several')
  assert.deepEqual(values('pick', '-n', '3', 'tree', 'pear', '--size', ''), ['small', 'big'])
  assert.deepEqual(values('pick', '--list', 'x'), [':files'])
  assert.deepEqual(values('peel', '--knife', 'b'), ['blunt'])
  assert.deepEqual(values('pick', '--count', ''), [], 'any number')
  assert.deepEqual(values('peel', ''), ['--knife', '--help'], 'nothing else fits')
  assert.throws(() => offer(program, 'peel name', () => []), /fruit has no peel name/)
})

const typed: [line: string, replies: string[] | RegExp][] = [
  ['./taskw sea', ['search']],
  ['./taskw test:p', ['platform', 'part']],
  ['./taskw test:part PART=rot', ['rotation']],
  ['./taskw help cer', ['certs']],
  ['./taskw logs kafka-', ['kafka-1', 'kafka-2', 'kafka-3']],
  ['./taskw check tls st', ['storage']],
  ['./taskw plan -- connec', ['connectors']],
  ['./taskw quarantine catalog.bans', ['catalog.bans', 'catalog.bans.applied']],
  ['./taskw banned add --b', ['--brand']],
  ['./taskw banned remove --rule br', ['brand:']],
  ['./taskw shop send --store store_00', /store_001 store_002/],
  ['./taskw shop send data/products-mal', ['data/products-malformed.jsonl']],
  ['./taskw certs rotate mod', ['moderator']],
  ['./taskw alerts silence BrokerDo', ['BrokerDown']],
  ['./taskw nosuch ', []],
]

/** What bash would put in the place of what is typed last. */
function inBash(lines: string[]): string[] {
  const script = `source <(./taskw completion bash)
while IFS= read -r COMP_LINE; do COMP_POINT=\${#COMP_LINE}; _taskw; echo "\${COMPREPLY[*]}"; done`
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { cwd: root, encoding: 'utf8', input: lines.join('\n') + '\n' })
  assert.equal(status, 0, stderr)
  return stdout.split('\n').slice(0, -1)
}

test('in bash commands, options, services, groups, topics, kinds of rules, stores, principals and files are completed', () => {
  for (const [index, reply] of inBash(typed.map(([line]) => line)).entries()) {
    const [line = '', expected = []] = typed[index] ?? []
    if (expected instanceof RegExp) assert.match(reply, expected, line)
    else assert.equal(reply, expected.join(' '), line)
  }
})

const has = (program: string, ...args: string[]) => spawnSync(program, args, { timeout: 10_000 }).status === 0

test('a Tab in a real terminal completes in the middle of a line', { skip: has('script', '-qec', 'true', '/dev/null') ? false : 'this machine gives no pseudo-terminal (script)' }, async () => {
  const shell = spawn('script', ['-qec', "bash --norc --noprofile -i", '/dev/null'], { cwd: root, env: { ...process.env, TERM: 'dumb', INPUTRC: '/dev/null' } })
  let output = ''
  const shown = (expected: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`expected ${expected}, got ${JSON.stringify(output)}`)), 30_000)
      const look = () => {
        if (!expected.test(stripVTControlCharacters(output))) return
        clearTimeout(timer)
        shell.stdout.off('data', look)
        output = ''
        resolve()
      }
      shell.stdout.on('data', look)
      look()
    })
  shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  try {
    shell.stdin.write("source <(./taskw completion bash); PS1='rea''dy> '\n")
    await shown(/ready> $/)
    shell.stdin.write('./taskw ban\t')
    await shown(/banned $/)
    shell.stdin.write('li\t')
    await shown(/list $/)
    shell.stdin.write('--he\t')
    await shown(/--help $/)
    shell.stdin.write('\n')
    await shown(/Usage: \.\/taskw banned list/)
  } finally {
    shell.stdin.end('exit\n')
    await new Promise((resolve) => shell.on('close', resolve))
  }
})

test('fish and zsh take their scripts, where they are', { skip: has('fish', '--version') || has('zsh', '--version') ? false : 'neither fish nor zsh is here' }, () => {
  if (has('zsh', '--version')) assert.equal(spawnSync('zsh', ['-f', '-n'], { cwd: root, input: spawnSync(wrapper, ['completion', 'zsh'], { cwd: root }).stdout }).status, 0)
  if (!has('fish', '--version')) return
  const { stdout } = spawnSync('fish', ['-c', `${wrapper} completion fish | source; complete -C "./taskw logs kaf"; complete -C "./taskw test:part PART=c"`], { cwd: root, encoding: 'utf8' })
  assert.equal(stdout, 'kafka-1\nkafka-2\nkafka-3\nPART=core\n')
})

test('an unknown shell is refused, and a completion never says an error', () => {
  const wrong = spawnSync(wrapper, ['completion', 'bsh'], { cwd: root, encoding: 'utf8' })
  assert.equal(wrong.status, 2)
  assert.match(wrong.stderr, /did you mean "bash"\? \[USAGE\]\n {2}→ \.\/taskw completion bash/)
  const broken = spawnSync(wrapper, ['--complete', 'logs', 'k'], { cwd: root, encoding: 'utf8', env: { ...process.env, VYGODNO_HOST: 'nonsense' } })
  assert.deepEqual([broken.stdout, broken.stderr], ['', ''])
})
