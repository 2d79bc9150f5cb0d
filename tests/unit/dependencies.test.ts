import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { loadEnvironment } from '../../clients/environment.ts'

const { root } = loadEnvironment({})
const read = (file: string) => readFileSync(join(root, file), 'utf8')

const versions = z.record(z.string(), z.string())
const declared = z.looseObject({ dependencies: versions, devDependencies: versions, optionalDependencies: versions, overrides: versions }).parse(JSON.parse(read('package.json')))
const locked = z.object({ packages: z.record(z.string(), z.object({ version: z.string(), license: z.string().optional(), integrity: z.string().optional(), resolved: z.string().optional() })) }).parse(JSON.parse(read('package-lock.json')))
const packages = Object.entries(locked.packages).filter(([folder]) => folder !== '')

test('every npm dependency is pinned to one version, and locked by its digest without a download address', () => {
  const ranges = [declared.dependencies, declared.devDependencies, declared.optionalDependencies, declared.overrides].flatMap((each) => Object.entries(each)).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
  assert.deepEqual(ranges, [])
  assert.ok(packages.length > 100)
  assert.deepEqual(packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([folder]) => folder), [])
  assert.deepEqual(packages.filter(([, { resolved }]) => resolved).map(([folder]) => folder), [])
})

/** Whoever passes the project on need not ask anybody (SPDX identifiers). */
const permissive = new Set(['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'PSF-2.0'])

test('every npm dependency has a permissive licence', () => {
  assert.deepEqual(packages.filter(([, { license }]) => !permissive.has(license ?? '')).map(([folder, { license }]) => `${folder}: ${license ?? 'none'}`), [])
})

test('every Maven dependency and plugin is pinned to one version', () => {
  const parent = read('apps/pom.xml')
  const poms = [parent, ...[...parent.matchAll(/<module>([^<]+)<\/module>/g)].map(([, module]) => read(`apps/${module}/pom.xml`))]
  const stated = poms.flatMap((pom) => {
    const properties = new Map([...`${parent}${pom}`.matchAll(/<([\w.]+\.version)>([^<]+)<\/\1>/g)].map(([, name = '', value = '']) => [name, value]))
    // a module's own version is stated where its parent is named
    const value = (reference: string, name: string) => (name === 'project.version' ? '0' : (properties.get(name) ?? reference))
    return [...pom.matchAll(/<version>([^<]+)<\/version>/g)].map(([, version = '']) => version.replace(/^\$\{(.+)\}$/, value))
  })
  assert.ok(stated.length > 10)
  assert.deepEqual(stated.filter((version) => !/^\d[\w.-]*$/.test(version) || version.includes('SNAPSHOT')), [])
})
