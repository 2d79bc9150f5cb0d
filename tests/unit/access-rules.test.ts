import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusters, loadEnvironment } from '../../clients/environment.ts'
import { loadConfig } from '../../tasks/lib/config.ts'
import { declaredAcls } from '../../tasks/lib/resources/acls.ts'

// What is expected and what is applied come from one function, so both could be wrong alike: these were written by hand.
const expected = {
  'shop-api': { primary: ['topic shop.products DESCRIBE', 'topic shop.products WRITE'], analytics: [] },
  canary: { primary: ['topic shop.products.canary DESCRIBE', 'topic shop.products.canary WRITE'], analytics: [] },
  'client-api': { primary: ['topic client.events DESCRIBE', 'topic client.events WRITE'], analytics: [] },
  'product-filter': {
    primary: [
      'group product-filter DESCRIBE', 'group product-filter READ',
      'topic catalog.bans DESCRIBE', 'topic catalog.bans READ',
      'topic catalog.bans.applied DESCRIBE', 'topic catalog.bans.applied WRITE',
      'topic catalog.blocked DESCRIBE', 'topic catalog.blocked WRITE',
      'topic catalog.owners DESCRIBE', 'topic catalog.owners READ',
      'topic catalog.products DESCRIBE', 'topic catalog.products WRITE',
      'topic product-filter-* CREATE', 'topic product-filter-* DESCRIBE', 'topic product-filter-* DESCRIBE_CONFIGS',
      'topic product-filter-* READ', 'topic product-filter-* WRITE',
      'topic shop.products DESCRIBE', 'topic shop.products READ',
      'topic shop.products.canary DESCRIBE', 'topic shop.products.canary READ',
      'topic shop.products.dlq DESCRIBE', 'topic shop.products.dlq WRITE',
      'transactional id product-filter* DESCRIBE', 'transactional id product-filter* WRITE',
    ],
    analytics: [],
  },
} as const

test('these principals have exactly these rights', () => {
  const config = loadConfig(loadEnvironment({ VYGODNO_HOST: '127.0.0.99' }))
  for (const [principal, rights] of Object.entries(expected))
    for (const cluster of clusters) {
      const own = declaredAcls(config, cluster).filter((rule) => rule.principal === `User:${principal}`)
      assert.deepEqual(own.map(({ permission, host }) => `${permission} ${host}`).filter((text) => text !== 'ALLOW *'), [])
      assert.deepEqual(own.map(({ resource, name, isPrefix, operation }) => `${resource} ${name}${isPrefix ? '*' : ''} ${operation}`).sort(), [...rights[cluster]].sort(), `${principal} on ${cluster}`)
    }
})
