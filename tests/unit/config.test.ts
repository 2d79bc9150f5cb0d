import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { loadServices } from '../../tasks/lib/compose.ts'
import { loadConfig } from '../../tasks/lib/config.ts'

const env = loadEnvironment({})
const scratch = mkdtempSync(join(tmpdir(), 'vygodno-config-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

/** The project's own configuration with one text replaced in one file. */
function changed(file: string, from: string, to: string): string {
  const folder = mkdtempSync(join(scratch, 'config-'))
  cpSync(join(env.root, 'config'), folder, { recursive: true })
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')
  assert.ok(text.includes(from), `${file} holds ${from}`)
  writeFileSync(path, text.replace(from, to))
  return folder
}

function refused(folder: string): string {
  try {
    loadConfig(env, folder)
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && 'exitCode' in error)
    assert.equal(error.code, 'CONFIG_INVALID')
    assert.equal(error.exitCode, 2)
    return error.message
  }
  assert.fail('expected the configuration to be refused')
}

test('the committed configuration is accepted', () => {
  const config = loadConfig(env)
  assert.ok(config.topics.length >= 10)
  assert.ok(config.topics.every(({ replicationFactor, config: { 'min.insync.replicas': inSync } }) => replicationFactor === 3 && inSync === '2'))
  assert.ok(loadServices(env).length >= 8)
})

test('a misspelt key is shown with its place and the right spelling', () => {
  const message = refused(changed('topics.yaml', 'config: { cleanup.policy: compact }', 'confg: { cleanup.policy: compact }'))
  assert.match(message, /topics\.yaml:\d+:5 topics\.catalog\.bans\.confg: expected one of partitions, replication\.factor, config, got confg — did you mean "config"\?/)
})

test('a misspelt topic setting is refused', () => {
  assert.match(refused(changed('topics.yaml', 'retention.ms: 2592000000', 'retention.mss: 1')), /got retention\.mss — did you mean "retention\.ms"\?/)
})

test('min.insync.replicas above the replication factor is refused', () => {
  assert.match(refused(changed('topics.yaml', 'config: { cleanup.policy: compact }', 'config: { cleanup.policy: compact, min.insync.replicas: 4 }')), /topics\.yaml:\d+:\d+ topics\.catalog\.bans.*expected at most replication\.factor 3, got 4/)
})

test('a right to a topic that is not declared is refused', () => {
  assert.match(refused(changed('principals.yaml', 'write: [shop.products]', 'write: [shop.product]')), /principals\.yaml:\d+:\d+ clients\.shop-api\.write\.0: expected a topic of topics\.yaml, got shop\.product — did you mean "shop\.products"\?/)
})

test('a connector that reads an undeclared topic, or a variable that does not exist, is refused', () => {
  assert.match(refused(changed('connectors/catalog-file.yaml', 'topics: catalog.products', 'topics: catalog.prodcts')), /catalog-file\.yaml:\d+:1 topics: expected a topic of topics\.yaml, got catalog\.prodcts/)
  assert.match(refused(changed('connectors/catalog-file.yaml', '${STACK}', '${STAK}')), /expected a variable of compose\/\.env, got \$\{STAK\} — did you mean "STACK"\?/)
})

test('all problems of all files are reported at once', () => {
  const folder = changed('topics.yaml', 'partitions: 6', 'partitions: six')
  writeFileSync(join(folder, 'bans.yaml'), 'version: 1\nrules:\n  - { kind: colour, value: red, reason: x }\n')
  const message = refused(folder)
  assert.match(message, /^2 problems/)
  assert.match(message, /topics\.yaml:\d+:\d+ topics\.shop\.products\.partitions: expected number, got "six"/)
  assert.match(message, /bans\.yaml:3:\d+ rules\.0\.kind/)
})

test('YAML that is no YAML is refused with its place', () => {
  assert.match(refused(changed('topics.yaml', 'owns: [', 'owns: [[')), /topics\.yaml:\d+:\d+ /)
})
