import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment, profiles } from '../../clients/environment.ts'
import { issue } from '../../tasks/lib/certificates.ts'
import { loadServices } from '../../tasks/lib/compose.ts'
import { loadConfig } from '../../tasks/lib/config.ts'
import { wantedCertificates } from '../../tasks/lib/resources/certs.ts'

const stack = mkdtempSync(join(tmpdir(), 'vygodno-places-'))
after(() => rmSync(stack, { recursive: true }))
const env = loadEnvironment({ VYGODNO_STACK: stack, VYGODNO_HOST: '127.0.0.99', COMPOSE_PROFILES: profiles.join(',') })
const config = loadConfig(env)
const services = loadServices(env)
const certs = join(env.stack, 'certs')

/** Files and folders below the folder of certificates that a text names, as paths within it. */
const namedIn = (text: string) => [...new Set([...text.matchAll(/[^\s"'={}:,]*\/certs(\/[\w./-]+)/g)].map(([, path = '']) => path.slice(1)))]
const textOf = (service: (typeof services)[number]) => [...service.configs.values()].map(({ text }) => text).join('\n')

test('every file of keys and certificates that a configuration names is made', async () => {
  for (const each of wantedCertificates(config)) await issue(env, each)
  const texts = [...services.map(textOf), ...services.flatMap(({ secrets }) => secrets), JSON.stringify(config.connectors)]
  const named = texts.flatMap(namedIn)
  assert.ok(named.length > 50, String(named.length))
  assert.deepEqual([...new Set(named.filter((path) => !existsSync(join(certs, path))))], [])
})

test('a service names keys of the principals only that compose.yaml gives it, and none of a CA', () => {
  for (const service of services) {
    const given = new Set(service.secrets.map((file) => dirname(relative(certs, file))))
    const folders = namedIn(textOf(service)).filter((path) => path.includes('/')).map((path) => path.split('/')[0] ?? '')
    assert.deepEqual(folders.filter((folder) => !given.has(folder)), [], service.name)
  }
})

test('a Connect worker may have read for it one file', () => {
  const workers = services.filter((service) => textOf(service).includes('DirectoryConfigProvider'))
  assert.deepEqual(workers.map(({ name }) => name).sort(), ['connect', 'mirror'])
  for (const worker of workers) {
    const [, allowed] = /^config\.providers\.directory\.param\.allowed\.paths=(.*)$/m.exec(textOf(worker)) ?? []
    assert.equal(allowed, join(certs, `${worker.name}-rest`, 'provided'))
  }
})
