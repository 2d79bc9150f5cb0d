import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { loadStores, storesLine, topicOf } from '../../clients/stores.ts'
import { loadConfig } from '../../tasks/lib/config.ts'
import { declaredAcls } from '../../tasks/lib/resources/acls.ts'
import { wantedCertificates } from '../../tasks/lib/resources/certs.ts'

const env = loadEnvironment({})
const scratch = mkdtempSync(join(tmpdir(), 'vygodno-stores-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
const stores = readFileSync(join(env.root, 'config/stores.yaml'), 'utf8')

/** The project's own configuration with other stores. */
function configured(text: string): string {
  const folder = mkdtempSync(join(scratch, 'config-'))
  cpSync(join(env.root, 'config'), folder, { recursive: true })
  writeFileSync(join(folder, 'stores.yaml'), text)
  return folder
}

test('an identity of its own has a topic, a certificate and rights from one line', () => {
  const config = loadConfig(env, configured(`${stores}\npartner_7: { name: Партнёр, by: partner }\n`))
  const { topics } = config.clusters.primary
  const [common, own] = ['shop.products', 'shop.products.partner'].map((name) => topics.find((topic) => topic.name === name))
  assert.deepEqual(own && { ...own, name: '' }, common && { ...common, name: '' })
  const rights = declaredAcls(config, 'primary').filter(({ name }) => name === 'shop.products.partner').map(({ principal, operation }) => `${principal} ${operation}`)
  assert.deepEqual(rights.sort(), ['User:partner DESCRIBE', 'User:partner WRITE', 'User:product-filter DESCRIBE', 'User:product-filter READ'])
  assert.ok(declaredAcls(config, 'primary').every(({ principal, name }) => principal !== 'User:partner' || name === 'shop.products.partner'))
  assert.ok(wantedCertificates(config).some(({ name, isServer }) => name === 'partner' && !isServer))
  assert.deepEqual(config.principals.clients.partner?.primary.quota, config.principals.clients['shop-api']?.primary.quota)
})

const refusals: [string, string, RegExp][] = [
  ['a misspelt key', stores.replace('by: shop-api', 'from: shop-api'), /stores\.yaml:\d+:\d+ store_001\.from: expected one of name, by, got from/],
  ['no name', stores.replace('name: Связной ряд, ', ''), /store_001\.name: expected text, got nothing/],
  ['an id that can not stand in the declaration', `${stores}\n"a,b": { name: x, by: shop-api }\n`, /stores\.yaml:\d+:\d+ a,b/],
  ['monitoring by another', stores.replace('by: canary', 'by: shop-api'), /vygodno-canary: expected vygodno-canary, by canary: .*, got shop-api/],
  ['monitoring left out', stores.replace(/^vygodno-canary.*$/m, ''), /expected vygodno-canary, by canary: .*, got nothing/],
  ["a store by monitoring's identity", `${stores}\na: { name: x, by: canary }\n`, /a\.by: expected an identity other than canary/],
  ['a super user', `${stores}\na: { name: x, by: operator }\n`, /a\.by: expected an identity that does nothing else, got operator/],
  ['a program of the platform', `${stores}\na: { name: x, by: client-api }\n`, /a\.by: expected an identity that does nothing else, got client-api/],
  ['a server', `${stores}\na: { name: x, by: kafka-1 }\n`, /a\.by: expected an identity that no server has, got kafka-1/],
  ['an identity whose topic is taken', `${stores}\na: { name: x, by: dlq }\n`, /a\.by: expected an identity whose topic is free, got dlq: topics\.yaml declares shop\.products\.dlq/],
  ['a store twice', `${stores}\nstore_001: { name: x, by: shop-api }\n`, /stores\.yaml:\d+:\d+ .*duplicate/],
]
for (const [what, text, message] of refusals)
  test(`is refused with its place: ${what}`, () => {
    assert.throws(() => loadConfig(env, configured(text)), message)
  })

test('the programs that send read the same declaration', () => {
  const folder = configured(stores)
  const read = loadStores(env, join(folder, 'stores.yaml'))
  assert.equal(read.store_012?.by, 'shop-api')
  assert.match(storesLine(read), /^shop-api:store_001,store_002,.*,store_012;canary:vygodno-canary$/)
  assert.deepEqual(['shop-api', 'canary'].map(topicOf), ['shop.products', 'shop.products.canary'])
  writeFileSync(join(folder, 'stores.yaml'), 'store_001: x')
  assert.throws(() => loadStores(env, join(folder, 'stores.yaml')), { code: 'CONFIG_INVALID' })
})
