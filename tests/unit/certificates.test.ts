import assert from 'node:assert/strict'
import { readFileSync, rmSync, statSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { X509Certificate } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { certificateFiles, loadEnvironment } from '../../clients/environment.ts'
import { issue, readFacts, type Wanted, wantedFacts } from '../../tasks/lib/certificates.ts'
import { diff } from '../../tasks/lib/reconcile.ts'

const stack = mkdtempSync(join(tmpdir(), 'vygodno-certs-'))
after(() => rmSync(stack, { recursive: true }))
const env = { ...loadEnvironment({}), stack }
const server: Wanted = { name: 'kafka-1', authority: 'platform', isServer: true }
const client: Wanted = { name: 'shop-api', authority: 'platform', isServer: false }
const rest: Wanted = { name: 'connect-rest', authority: 'rest', isServer: true }
const dayMs = 86_400_000

/** What a plan would change about one certificate. */
async function drift(wanted: Wanted, nowMs?: number, seenFrom = env): Promise<string[]> {
  const facts = await readFacts(seenFrom, wanted, nowMs)
  const changes = diff('certs', [{ id: wanted.name, fields: wantedFacts(seenFrom, wanted) }], facts ? [{ id: wanted.name, fields: facts }] : [])
  return changes.flatMap(({ action, fields }) => (action === 'create' ? ['missing'] : fields.map(({ name, from }) => `${name}: ${from}`)))
}

test('what is issued is what was wanted, in files that only the owner reads', async () => {
  for (const wanted of [server, client, rest]) {
    assert.deepEqual(await drift(wanted), ['missing'])
    await issue(env, wanted)
    assert.deepEqual(await drift(wanted), [], wanted.name)
  }
  const names = readdirSync(join(stack, 'certs'), { recursive: true, encoding: 'utf8' })
  const folders = names.filter((name) => statSync(join(stack, 'certs', name)).isDirectory())
  assert.deepEqual(folders.sort(), ['authorities', 'connect-rest', 'connect-rest/provided', 'kafka-1', 'shop-api'])
  assert.deepEqual(names.filter((name) => (statSync(join(stack, 'certs', name)).mode & 0o777) !== (folders.includes(name) ? 0o700 : 0o600)), [])
  // what a worker's configuration provider may read
  assert.deepEqual(readdirSync(join(stack, 'certs', 'connect-rest', 'provided')), ['password'])
  const own = ['authorities', 'kafka-1', 'shop-api'].map((name) => readdirSync(join(stack, 'certs', name)).map((file) => file.replace(/(-ca)?\..*/, '')))
  assert.deepEqual(own.map((found) => [...new Set(found)]), [['ca', 'rest'], ['kafka-1'], ['shop-api']])
  assert.ok(names.includes('connect-rest/connect-rest.p12') && names.includes('connect-rest/connect-rest-trust.p12'))

  const certificate = new X509Certificate(readFileSync(certificateFiles(env, 'kafka-1').cert))
  assert.ok(certificate.checkHost('kafka-1') && certificate.checkHost('localhost') && certificate.checkIP('127.0.0.1'))
  assert.equal(certificate.checkIP('127.0.0.9'), undefined)
  assert.equal(certificate.ca, false)
  assert.equal(new X509Certificate(readFileSync(certificateFiles(env, 'shop-api').cert)).subjectAltName, undefined)
})

test('Connect REST has a CA of its own: the other does not vouch for it', () => {
  const certificate = new X509Certificate(readFileSync(certificateFiles(env, 'connect-rest').cert))
  const authority = (name: string) => new X509Certificate(readFileSync(join(stack, 'certs', `${name}.crt`))).publicKey
  assert.equal(certificate.verify(authority('rest-ca')), true)
  assert.equal(certificate.verify(authority('ca')), false)
})

test('a certificate is due for renewal 30 days before it expires, not before', async () => {
  assert.deepEqual(await drift(client, Date.now() + 334 * dayMs), [])
  assert.deepEqual(await drift(client, Date.now() + 336 * dayMs), ['expiry: in 29.0 days'])
})

test('a changed declaration, another CA, a key of another certificate and a missing file are each noticed', async () => {
  assert.deepEqual(await drift(server, undefined, { ...env, host: '127.0.0.9' }), ['names: DNS:kafka-1, DNS:localhost, IP Address:127.0.0.1'])
  assert.deepEqual(await drift({ ...client, isServer: true }), ['names: ', 'usage: client'])
  assert.deepEqual(await drift({ ...client, authority: 'rest' }), ['signature: by another CA'])

  const files = certificateFiles(env, 'shop-api')
  const key = readFileSync(files.key)
  writeFileSync(files.key, readFileSync(certificateFiles(env, 'kafka-1').key))
  assert.deepEqual(await drift(client), ['files: key and certificate do not match'])
  writeFileSync(files.key, key)
  rmSync(files.bundle)
  assert.deepEqual(await drift(client), ['files: without shop-api.pem'])
  await issue(env, client)
  assert.deepEqual(await drift(client), [])
})
