import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { authorities, authorityFile, distrustOld, endRotation, isRotating, openAuthority, readTrusted, signByNext, trustNext } from '../../tasks/lib/authorities.ts'
import { issue, listCertificates, readFacts, type Wanted, wantedFacts } from '../../tasks/lib/certificates.ts'
import { rotateAuthorities } from '../../tasks/lib/rotation.ts'

const root = mkdtempSync(join(tmpdir(), 'vygodno-rotation-'))
after(() => rmSync(root, { recursive: true }))
const wanted: Wanted[] = [{ name: 'kafka-1', authority: 'platform', isServer: true }, { name: 'shop-api', authority: 'platform', isServer: false }, { name: 'connect-admin', authority: 'rest', isServer: false }, { name: 'monitor', authority: 'monitoring', isServer: false }, { name: 'on-call', authority: 'alerting', isServer: false }]

async function newStack(name: string) {
  const env = { ...loadEnvironment({}), stack: join(root, name) }
  for (const each of wanted) await issue(env, each)
  return env
}
type Stack = Awaited<ReturnType<typeof newStack>>

const isAsWanted = async (env: Stack, each: Wanted) => JSON.stringify(await readFacts(env, each)) === JSON.stringify(wantedFacts(env, each))
const issueDue = async (env: Stack) => {
  for (const each of wanted) if (!(await isAsWanted(env, each))) await issue(env, each)
}
const steps = [trustNext, signByNext, issueDue, distrustOld, endRotation]
const trusted = (env: Stack) => Promise.all(authorities.map((which) => readTrusted(env, which)))

test('at every step whatever is shown is trusted, and at the end nothing old is left', async () => {
  const env = await newStack('steps')
  const [old] = await trusted(env)
  await trustNext(env)
  assert.equal(isRotating(env), true)
  assert.deepEqual((await trusted(env)).map(({ length }) => length), [2, 2, 2, 2])
  // the old CA still signs, so what is there is as it should be
  for (const each of wanted) assert.ok(await isAsWanted(env, each), each.name)
  await signByNext(env)
  for (const each of wanted) assert.equal((await readFacts(env, each))?.signature, 'by another CA')
  await issueDue(env)
  for (const each of wanted) assert.ok(await isAsWanted(env, each), each.name)
  await distrustOld(env)
  await endRotation(env)
  const [present] = await trusted(env)
  assert.equal(present?.length, 1)
  assert.notDeepEqual(present, old)
  assert.equal(isRotating(env), false)
})

test('interrupted after any step, and run again from the beginning, it comes to the same end', async () => {
  for (let done = 0; done < steps.length; done++) {
    const env = await newStack(`interrupted-${done}`)
    const old = await trusted(env)
    for (const step of steps.slice(0, done)) await step(env)
    for (const step of steps) await step(env)
    const present = await trusted(env)
    assert.deepEqual(present.map(({ length }) => length), [1, 1, 1, 1], `after step ${done}`)
    present.forEach((certs, index) => assert.notDeepEqual(certs, old[index], `after step ${done}`))
    for (const each of wanted) assert.ok(await isAsWanted(env, each), `${each.name} after step ${done}`)
    assert.equal(isRotating(env), false)
  }
})

test('a stack of an older version, which lacks a CA, has one afterwards; in the midst of a rotation, too', async () => {
  for (const underWay of [false, true]) {
    const env = await newStack(`older-${underWay}`)
    if (underWay) await trustNext(env)
    const folder = join(env.stack, 'certs')
    const ofAlerting = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /alerting-ca|^on-call$/.test(name))
    assert.ok(ofAlerting.length >= 3, ofAlerting.join())
    for (const name of ofAlerting) rmSync(join(folder, name), { recursive: true })
    await rotateAuthorities(env, [], wanted)
    assert.deepEqual((await trusted(env)).map(({ length }) => length), [1, 1, 1, 1])
    for (const each of wanted) assert.ok(await isAsWanted(env, each), `${each.name}, under way: ${underWay}`)
    assert.equal(isRotating(env), false)
  }
})

test('a key that does not belong to its CA is an error, never a silent new CA', async () => {
  const env = await newStack('damaged')
  const before = await openAuthority(env, 'platform')
  const keys = join(env.stack, 'certs', 'authorities')
  writeFileSync(join(keys, 'ca.key'), readFileSync(join(keys, 'rest-ca.key')))
  await assert.rejects(openAuthority(env, 'platform'), { code: 'CA_DAMAGED' })
  assert.deepEqual(await readTrusted(env, 'platform'), [before.cert])
})

test('the list has every CA and certificate with its days, and says what is missing', async () => {
  const env = await newStack('list')
  const rows = await listCertificates(env, [...wanted, { name: 'nobody', authority: 'platform', isServer: false }])
  assert.deepEqual(rows.map(({ name }) => name), [...authorities.map((which) => authorityFile[which]), ...wanted.map(({ name }) => name), 'nobody'])
  assert.deepEqual(rows.map(({ daysLeft }) => daysLeft), [3649, 3649, 3649, 3649, 364, 364, 364, 364, 364, 0])
  assert.equal(rows.at(-1)?.until, 'missing')
})

test('what an expired CA has signed is due for renewal', async () => {
  const env = await newStack('expired')
  const facts = await readFacts(env, wanted[0] ?? assert.fail(), Date.now() + 3_651 * 86_400_000)
  assert.equal(facts?.signature, 'by an expired CA')
})
