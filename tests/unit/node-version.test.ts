import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'

const { root } = loadEnvironment({})
const scratch = mkdtempSync(join(tmpdir(), 'vygodno-node-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

/** A checkout in which nothing has been installed. */
const project = join(scratch, 'про ект')
mkdirSync(join(project, 'compose'), { recursive: true })
for (const file of ['taskw', 'compose/compose.yaml', 'package.json', 'package-lock.json']) copyFileSync(join(root, file), join(project, file))
const untouched = readdirSync(project, { recursive: true, encoding: 'utf8' }).sort()

/** Runs ./taskw with programs on the PATH that stand for Node.js and npm. */
function started(name: string, node?: string) {
  const bin = join(scratch, `bin-${name}`)
  mkdirSync(bin)
  if (node !== undefined) writeFileSync(join(bin, 'node'), `#!/bin/sh\n${node}\n`, { mode: 0o755 })
  writeFileSync(join(bin, 'npm'), '#!/bin/sh\necho npm was called >&2\nexit 7\n', { mode: 0o755 })
  const found = spawnSync('/bin/sh', ['-c', 'for name in sh readlink sed head mkdir flock; do ln -s "$(command -v "$name")" "$0"; done', bin])
  assert.equal(found.status, 0)
  return spawnSync(join(project, 'taskw'), ['demo'], { encoding: 'utf8', env: { PATH: bin } })
}

test('any other Node.js is refused by the first line, with the way out, before anything is installed or made', () => {
  const others = ['v18.20.8', 'v20.18.3', 'v21.7.3', 'v22.12.0', 'v23.11.1', 'v25.9.0', 'v26.12.1', 'v200.19.0', 'v2.19.0', 'v240.0.0', 'no version'].map((said): [string, string] => [said, `echo ${said}`])
  for (const [said, node] of [...others, ['none', undefined], ['broken', 'echo broken >&2; exit 1']] as const) {
    const { status, stdout, stderr } = started(said, node)
    assert.equal(status, 3, `${said}: ${stderr}`)
    assert.equal(stdout, '')
    assert.equal(stderr, `✗ expected Node.js ^20.19.0 || ^22.13.0 || ^24.0.0, found ${said} [PROGRAM_MISSING]\n  → nvm install 24, or https://nodejs.org/en/download, and the same command again\n`)
    assert.deepEqual(readdirSync(project, { recursive: true, encoding: 'utf8' }).sort(), untouched)
  }
})

test('each that is accepted goes on, to what has to be installed', () => {
  for (const said of ['v20.19.0', 'v20.20.2', 'v22.13.0', 'v22.23.3', 'v24.0.0', 'v24.21.0']) {
    const { status, stderr } = started(said, `echo ${said}`)
    assert.match(stderr, /npm was called/, said)
    assert.equal(status, 7)
  }
})
