import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { isRotating, trustNext } from '../../tasks/lib/authorities.ts'
import { issue, readFacts, type Wanted, wantedFacts } from '../../tasks/lib/certificates.ts'
import { layOutByPrincipal } from '../../tasks/lib/flat-certificates.ts'

const stack = mkdtempSync(join(tmpdir(), 'vygodno-flat-'))
after(() => rmSync(stack, { recursive: true }))
const env = { ...loadEnvironment({}), stack }
const certs = join(stack, 'certs')
const wanted: Wanted[] = [
  { name: 'kafka-1', authority: 'platform', isServer: true },
  { name: 'connect-admin', authority: 'rest', isServer: false },
  { name: 'monitor', authority: 'monitoring', isServer: false },
  { name: 'connect-rest', authority: 'rest', isServer: true },
  { name: 'on-call', authority: 'alerting', isServer: false },
]

function files(): Map<string, string> {
  const names = readdirSync(certs, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(certs, name)).isFile())
  return new Map(names.sort().map((name) => [name, readFileSync(join(certs, name), 'base64')]))
}

/** As stacks once were. */
function flatten(): void {
  for (const name of files().keys()) renameSync(join(certs, name), join(certs, name.endsWith('provided/password') ? 'connect-rest.password' : basename(name)))
  for (const folder of ['connect-rest/provided', 'connect-rest', 'connect-admin', 'kafka-1', 'monitor', 'on-call', 'authorities']) rmdirSync(join(certs, folder))
}

test('keys that lay in one folder move to folders by principal, in the midst of a rotation too, and stay the same', async () => {
  for (const each of wanted) await issue(env, each)
  await trustNext(env)
  const before = files()
  flatten()
  assert.equal(await readFacts(env, wanted[0] ?? assert.fail()), undefined)
  assert.equal(isRotating(env), false)
  layOutByPrincipal(env)
  assert.deepEqual(files(), before)
  assert.equal(isRotating(env), true)
  for (const each of wanted) assert.deepEqual(await readFacts(env, each), wantedFacts(env, each))
  layOutByPrincipal(env)
  assert.deepEqual(files(), before)
})

test('interrupted in the middle, it goes on; a password that lay in its own folder follows', () => {
  const before = files()
  flatten()
  renameSync(join(certs, 'connect-rest.password'), join(certs, 'kept'))
  layOutByPrincipal(env)
  renameSync(join(certs, 'kafka-1', 'kafka-1.key'), join(certs, 'kafka-1.key'))
  renameSync(join(certs, 'kept'), join(certs, 'connect-rest', 'password'))
  layOutByPrincipal(env)
  assert.deepEqual(files(), before)
})

test('beside public certificates only folders are left, for the owner only', () => {
  writeFileSync(join(certs, 'note.txt'), '')
  layOutByPrincipal(env)
  const [folders, others] = [true, false].map((wantedFolders) => readdirSync(certs, { withFileTypes: true }).filter((entry) => entry.isDirectory() === wantedFolders).map(({ name }) => name))
  assert.deepEqual(folders?.sort(), ['authorities', 'connect-admin', 'connect-rest', 'kafka-1', 'monitor', 'on-call'])
  // what nobody knows is left where it is
  assert.deepEqual(others?.sort(), ['alerting-ca.crt', 'ca.crt', 'monitoring-ca.crt', 'note.txt', 'rest-ca.crt'])
  for (const folder of folders ?? []) assert.equal(statSync(join(certs, folder)).mode & 0o777, 0o700)
})
