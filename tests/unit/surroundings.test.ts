import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { build } from 'esbuild'
import { loadEnvironment } from '../../clients/environment.ts'
import { ignored } from '../../clients/surroundings.ts'
import { issue } from '../../tasks/lib/certificates.ts'
import { startScratch } from './search-scratch.ts'

const env = { ...loadEnvironment({}), stack: realpathSync(mkdtempSync(join(tmpdir(), 'vygodno-surroundings-'))) }
const certs = join(env.stack, 'certs')
const project = join(env.stack, 'project')
const dist = join(project, '.stack/build/dist')
const postgres = await startScratch()
const socket = await postgres.connect().then((db) => db.end().then(() => db.host))
const server = createServer({ rejectUnauthorized: false }, (_, answer) => answer.end('served'))
let args: string[] = []

/** The real wrapper and launcher, around a command that tells what it meets. */
before(async () => {
  await issue(env, { name: 'operator', authority: 'platform', isServer: true })
  await issue(env, { name: 'stranger-rest', authority: 'rest', isServer: true })
  server.setSecureContext({ key: readFileSync(join(certs, 'operator/operator.key')), cert: readFileSync(join(certs, 'operator/operator.crt')) })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  args = [certs, `https://127.0.0.1:${(server.address() as AddressInfo).port}`]
  for (const folder of ['compose', 'clients', 'config/text', 'tasks', 'apps/taskw', 'node_modules', '.stack/build']) mkdirSync(join(project, folder), { recursive: true })
  for (const file of ['taskw', 'Taskfile.yml', 'compose/compose.yaml', 'compose/.env', 'package.json', 'package-lock.json', 'tsconfig.json', 'apps/taskw/main.ts', 'build.mjs']) copyFileSync(join(env.root, file), join(project, file))
  symlinkSync(join(env.root, 'node_modules/@nmnmcc'), join(project, 'node_modules/@nmnmcc'))
  writeFileSync(join(project, 'node_modules/.package-lock.json'), '')
  const entryPoints = ['status', 'up'].map((name) => ({ in: join(env.root, 'tests/fixtures/surroundings/command.ts'), out: `tasks/${name}` }))
  const js = "import{createRequire as r}from'node:module';const require=r(import.meta.url);"
  await build({ entryPoints: [...entryPoints, { in: join(env.root, 'apps/taskw/main.ts'), out: 'apps/taskw/main' }], outdir: dist, bundle: true, splitting: true, platform: 'node', mainFields: ['module', 'main'], format: 'esm', target: 'node20', external: ['pg-native'], banner: { js }, logLevel: 'error' })
  for (const name of ['jars', 'tools']) writeFileSync(join(dist, 'tasks', `${name}.js`), `import { writeFileSync } from 'node:fs'\nwriteFileSync('${name}.json', JSON.stringify(process.env))\n`)
  writeFileSync(join(dist, '.built'), '')
})
after(async () => {
  server.close()
  await postgres.stop()
  rmSync(env.stack, { recursive: true })
})

type Told = { answer: string; rows: number; child: string[]; own: string[]; whole: string[] }

function start(how: 'taskw' | 'node', variables: Record<string, string>, { ca = 'ca.crt', command = 'status' } = {}): Promise<{ told: Told; stderr: string }> {
  const [program, ...before] = how === 'taskw' ? [join(project, 'taskw'), command] : [process.execPath, join(dist, 'tasks', `${command}.js`)]
  return new Promise((resolve, reject) => {
    execFile(program, [...before, ...args, ca, socket], { env: { PATH: process.env.PATH, HOME: env.stack, ...variables } }, (error, stdout, stderr) => (error ? reject(error) : resolve({ told: JSON.parse(stdout) as Told, stderr })))
  })
}

const harmful = {
  NODE_TLS_REJECT_UNAUTHORIZED: '0',
  PGOPTIONS: '-c search_path=nowhere',
  PGHOST: 'elsewhere',
  PGPASSWORD: 'hunter2-secret',
  JAVA_TOOL_OPTIONS: '-Djavax.net.ssl.trustStore=/elsewhere',
  CLASSPATH: '/elsewhere',
  KAFKA_OPTS: '-Dx',
  HADOOP_CONF_DIR: '/elsewhere',
  SPARK_CONF_DIR: '/elsewhere',
  GF_AUTH_ANONYMOUS_ENABLED: 'true',
}
/** Neither ignored nor said: it is ours, it harms nothing, or nothing of ours reads it. */
const harmless = { SPARK_MASTER: 'local[1]', KAFKA_1_PORT: '29091', NODE_EXTRA_CA_CERTS: '/dev/null', HTTPS_PROXY: 'http://127.0.0.1:9', LANG: 'ru_RU.KOI8-R', TZ: 'Asia/Tokyo', VYGODNO_TEST_RUN: 'run', PGP_KEY: 'x', NODE_OPTIONS: '', PGDATABASE: '' }

for (const how of ['taskw', 'node'] as const) {
  test(`what would weaken or divert is ignored and said once, names only, when started by ${how}`, async () => {
    const plain = await start(how, {})
    assert.equal(plain.stderr, '')
    assert.deepEqual([plain.told.answer, plain.told.rows], ['served', 0])
    const { told, stderr } = await start(how, harmful)
    assert.deepEqual([told.answer, told.rows], ['served', 0])
    for (const name of Object.keys(harmful)) {
      assert.equal(stderr.split(name).length, 2, `${name} is said once: ${stderr}`)
      assert.ok(!told.own.includes(name) && told.whole.includes(name), name)
      assert.ok(!told.child.some((each) => each.startsWith(`${name}=`)), name)
    }
    assert.match(stderr, /^! ignored from the environment: NODE_TLS_REJECT_UNAUTHORIZED \(.+\); PG/)
    assert.equal(stderr.trimEnd().split('\n').length, 1)
    assert.doesNotMatch(stderr, /hunter2|elsewhere|nowhere/)
  })

  test(`a foreign certificate is refused whatever the environment says, when started by ${how}`, async () => {
    for (const variables of [{}, harmful]) assert.match((await start(how, variables, { ca: 'rest-ca.crt' })).told.answer, /^(UNABLE_TO|SELF_SIGNED)/)
  })

  test(`programs are given what they need, and nothing else, when started by ${how}`, async () => {
    const { told, stderr } = await start(how, harmless)
    assert.equal(stderr, '')
    const given = new Map(told.child.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]))
    for (const [name, value] of Object.entries({ PATH: process.env.PATH, HOME: env.stack, SPARK_MASTER: 'local[1]', KAFKA_1_PORT: '29091', NODE_EXTRA_CA_CERTS: '/dev/null', VYGODNO_TEST_RUN: 'run', GIVEN: 'by compose', LC_ALL: 'C.UTF-8', TZ: 'UTC' })) assert.equal(given.get(name), value, name)
    for (const name of ['HTTPS_PROXY', 'LANG', 'PGP_KEY', 'VYGODNO_SAID', 'NODE_OPTIONS', 'PGDATABASE']) assert.equal(given.has(name), false, name)
  })
}

test('what has acted before a command could look is said as that, and that the wrapper prevents it', async () => {
  const options = { NODE_OPTIONS: '--no-warnings', OPENSSL_CONF: '/dev/null', ZX_SHELL: '/bin/false' }
  const direct = await start('node', options)
  assert.match(direct.stderr, /^! has acted before it could be ignored: NODE_OPTIONS \(.+\); OPENSSL_CONF \(.+\); ZX_SHELL \(.+\): start by \.\/taskw\n$/)
  const wrapped = await start('taskw', options)
  assert.match(wrapped.stderr, /^! ignored from the environment: NODE_OPTIONS \(.+\); OPENSSL_CONF \(.+\); ZX_SHELL \(.+\)\n$/)
  for (const { told } of [direct, wrapped]) for (const name of Object.keys(options)) assert.deepEqual([told.own.includes(name), told.whole.includes(name)], [false, name !== 'ZX_SHELL'])
  for (const { told } of [direct, wrapped]) assert.deepEqual(told.own.filter((name) => name.startsWith('VYGODNO')), [])
})

test('what fetches and builds has all that a person has set, also what Node.js was kept from, and it is said once', async () => {
  const variables = { ...harmful, NODE_OPTIONS: '--no-warnings', MAVEN_OPTS: '-Xmx1g', HTTPS_PROXY: 'http://127.0.0.1:9', LANG: 'C', TZ: 'Asia/Tokyo' }
  const { stderr } = await start('taskw', { ...variables, ZX_SHELL: '/bin/false' }, { command: 'up' })
  assert.equal(stderr.split('ignored from the environment').length, 2, stderr)
  for (const name of ['jars', 'tools']) {
    const seen = JSON.parse(readFileSync(join(project, `${name}.json`), 'utf8')) as Record<string, string>
    for (const [variable, value] of Object.entries(variables)) assert.equal(seen[variable], value, variable)
    assert.equal(seen.ZX_SHELL, undefined, 'it is about our own programs')
    assert.equal((await start('node', seen)).stderr, '', 'it has been said')
  }
})

test('the wrapper keeps from Node.js exactly what the table says acts at its start', () => {
  const names = /^for name in ([^;]+); do$/m.exec(readFileSync(join(env.root, 'taskw'), 'utf8').replaceAll('\\\n', ' '))?.[1]?.split(/\s+/)
  assert.deepEqual(names, ignored.filter(({ early }) => early).flatMap((each) => each.names))
})
