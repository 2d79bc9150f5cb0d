import assert from 'node:assert/strict'
import { createPrivateKey, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment, principalFile } from '../../clients/environment.ts'
import { issue } from '../../tasks/lib/certificates.ts'
import { filesBelow, finder, secretsIn, tooShort } from '../../tasks/lib/checks/secret-texts.ts'
import { makeSecrets } from '../../tasks/lib/secrets.ts'

const stack = mkdtempSync(join(tmpdir(), 'vygodno-secrets-'))
after(() => rmSync(stack, { recursive: true }))
const env = loadEnvironment({ VYGODNO_STACK: stack, VYGODNO_HOST: '127.0.0.99' })
const folders = [join(stack, 'certs'), join(stack, 'secrets')]

test('every secret of a stack is found in every form, also one that nobody has told of; what is public is not', async () => {
  await issue(env, { name: 'connect-rest', authority: 'rest', isServer: true })
  makeSecrets(env)
  mkdirSync(join(stack, 'secrets', 'deeper'))
  writeFileSync(join(stack, 'secrets', 'deeper', 'newcomer'), `${randomBytes(9).toString('base64')}\n`)
  writeFileSync(join(stack, 'secrets', 'blob'), randomBytes(100))
  const secrets = secretsIn(folders)
  const find = finder(secrets)
  const publicly = ['connect-rest.crt', 'rest-ca.crt', 'connect-rest-trust.p12']
  const expected = folders.flatMap(filesBelow).map((file) => basename(file)).filter((name) => !publicly.includes(name))
  assert.deepEqual(secrets.map(({ file }) => basename(file)).filter((name) => !publicly.includes(name)).sort(), expected.sort())
  for (const { file } of secrets) {
    const content = readFileSync(file)
    const inside = (text: Buffer | string) => find(Buffer.concat([Buffer.from('a log line: '), Buffer.from(text), Buffer.from(' and more')])).includes(file)
    for (const form of [content, content.toString('hex'), content.toString('base64'), Buffer.concat([Buffer.from('x'), content]).toString('base64'), Buffer.concat([Buffer.from('user:'), content]).toString('base64')])
      assert.ok(inside(form), `${basename(file)}: ${Buffer.from(form).toString('latin1').slice(0, 30)}`)
  }
  for (const name of ['connect-rest/connect-rest.crt', 'rest-ca.crt']) assert.deepEqual(find(readFileSync(join(stack, 'certs', name))), [])
})

test('a key is found as PEM, DER, JWK and one line of base64', async () => {
  const find = finder(secretsIn(folders))
  const key = createPrivateKey(readFileSync(principalFile(env, 'connect-rest', '.key')))
  const der = key.export({ type: 'pkcs8', format: 'der' })
  const wrapped = (columns: number) => (der.toString('base64').match(new RegExp(`.{1,${columns}}`, 'g')) ?? []).join('\n')
  for (const form of [key.export({ type: 'sec1', format: 'pem' }), der, key.export({ type: 'sec1', format: 'der' }), JSON.stringify(key.export({ format: 'jwk' })), der.toString('base64'), wrapped(64), wrapped(76), JSON.stringify(wrapped(64))])
    assert.ok(find(Buffer.from(form)).some((file) => file.endsWith('connect-rest.key')), String(form).slice(0, 40))
})

test('a password that is too short to be looked for is told; the chat that messages go to is no secret', () => {
  writeFileSync(join(stack, 'secrets', 'short.password'), 'abc\n')
  writeFileSync(join(stack, 'secrets', 'telegram.chat'), '42\n')
  assert.deepEqual(tooShort(secretsIn(folders)).map((file) => basename(file)), ['short.password'])
})
