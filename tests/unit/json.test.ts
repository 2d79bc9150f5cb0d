import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { conforms, documentedShapes } from '../contract.ts'

const { root, build } = loadEnvironment({})
const shapes = documentedShapes(root)
const scratch = mkdtempSync(join(tmpdir(), 'vygodno-json-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const printed = (program: string, ...args: string[]) => {
  const { stdout, stderr } = spawnSync(process.execPath, [join(build, 'dist', program), ...args, '--json'], { cwd: root, encoding: 'utf8', env: { ...process.env, VYGODNO_STACK: join(scratch, 'stack'), VYGODNO_HOST: '127.0.0.98' } })
  return { stdout, stderr }
}

test('what commands print without a stack has the documented shape', () => {
  for (const [command, program, ...args] of [
    ['status', 'tasks/status.js'],
    ['doctor', 'tasks/doctor.js'],
    ['certs list', 'tasks/certs.js', 'list'],
    ['down', 'tasks/down.js'],
    ['clean', 'tasks/clean.js'],
    ['dashboards', 'tasks/dashboards.js'],
    ['client simulate', 'apps/client-api/main.js', 'simulate', '--users', '3', '--events', '20', '--products', 'data/products.json', '--file', join(scratch, 'events.jsonl')],
  ] as [string, string, ...string[]][]) {
    const { stdout, stderr } = printed(program, ...args)
    assert.notEqual(stdout, '', `${command}: ${stderr}`)
    conforms(shapes.get(command), JSON.parse(stdout), command)
  }
})

test('a shape that is not kept is seen', () => {
  const shape = shapes.get('bench')
  conforms(shape, [{ what: 'a', value: 1, unit: 's', target: { atMost: 2 } }], 'bench')
  assert.throws(() => conforms(shape, [{ what: 'a', value: 1 }], 'bench'), /bench\[0\]: unit is missing/)
  assert.throws(() => conforms(shape, [{ what: 'a', value: 1, unit: 's', more: 1 }], 'bench'), /not documented/)
  assert.throws(() => conforms(shape, {}, 'bench'), /expected a list/)
  assert.throws(() => conforms(shapes.get('nothing'), {}, 'nothing'), /not in docs/)
})
