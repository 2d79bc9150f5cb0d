import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { loadServices } from '../../../tasks/lib/compose.ts'
import { processOf } from '../../../tasks/lib/stack.ts'
import { bootstrapped, env, succeed } from '../platform.ts'

before(bootstrapped)

const temporary = join(env.stack, 'tmp')

/** Files in the system's temporary folder that a process has mapped, without those of the project (proc(5)). */
function shared(pid: number): string[] {
  const files = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n').map((line) => line.split(/\s+/).slice(5).join(' '))
  return [...new Set(files.filter((file) => file.startsWith('/tmp/') && !file.startsWith(`${env.root}/`)))]
}

test('what services make for a while lies in the stack, and is gone when they have ended', async () => {
  const running = loadServices(env).flatMap((service) => {
    const process = processOf(env, service)
    return process ? [{ name: service.name, pid: process.pid, isJvm: service.command[0] === 'java' }] : []
  })
  assert.ok(running.length >= 6, `${running.length} services`)
  for (const { name, pid, isJvm } of running) {
    assert.deepEqual(shared(pid), [], name)
    const told = isJvm ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0') : readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    assert.ok(told.includes(`${isJvm ? '-Djava.io.tmpdir' : 'TMPDIR'}=${join(temporary, name)}`), name)
    // what one that is killed leaves
    writeFileSync(join(temporary, name, 'libsnappyjava.so'), '')
  }
  await succeed('down')
  assert.deepEqual(readdirSync(temporary), [])
})
