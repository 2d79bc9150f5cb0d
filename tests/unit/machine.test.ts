import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { loadServices } from '../../tasks/lib/compose.ts'
import { tooFull } from '../../tasks/lib/limits/folders.ts'
import { availableMemory, shortageOf } from '../../tasks/lib/limits/memory.ts'
import { limits } from '../../tasks/lib/limits/table.ts'
import { limitIn } from '../../tasks/lib/service-log.ts'
import { judged as judgedIn } from './judged.ts'

const root = mkdtempSync(join(tmpdir(), 'vygodno-machine-'))
after(() => rmSync(root, { recursive: true, force: true }))
const judged = (limit: string, given: Partial<Parameters<typeof judgedIn>[1]> = {}) => judgedIn(limit, { stack: join(root, 'стек'), ...given })

test('each limit of a process that can’t suffice is named, with the command that changes it', () => {
  const cases: [string, RegExp][] = [
    ['ulimit -n 256', /^open files: expected at least 1024 \(.*\), got 256$/],
    ['ulimit -f 1000', /^size of a file: expected at least 1025 MiB \(.*\), got 0 MiB$/],
    ['ulimit -t 100', /^processor time: expected unlimited \(.*\), got 100 s$/],
    ['ulimit -s 1000', /^stack of a thread: expected at least 2 MiB \(.*\), got 0 MiB$/],
  ]
  for (const [limit, expected] of cases) {
    const { code, message, hint } = judged(limit)
    assert.equal(code, 'MACHINE_UNFIT', limit)
    assert.match(message ?? '', expected)
    assert.match(hint ?? '', /prlimit --pid \$\$ --\w+=\w+:\w+/)
  }
  const both = judged('ulimit -n 256; ulimit -f 1000')
  assert.match(both.message ?? '', /open files: .*\n.*size of a file: /)
})

test('a soft limit is raised to the hard one, and a machine without limits passes', () => {
  assert.equal(judged('ulimit -S -n 256').code, undefined)
  const { files = 0 } = judged('ulimit -S -n 256; ulimit -H -n 4096')
  assert.equal(files, 4096)
  assert.equal(judged(':').code, undefined)
})

test('a folder that can’t be written is named', () => {
  const file = join(root, 'no folder')
  writeFileSync(file, '')
  assert.match(judged(':', { stack: join(file, 'stack') }).message ?? '', /folder of the stack: expected to write and run programs in .*no folder/)
  const temporary = judged(':', { temporary: join(file, 'tmp') })
  assert.match(temporary.message ?? '', /folder for temporary files: expected to write in .*no folder/)
  assert.match(temporary.hint ?? '', /TMPDIR=/)
})

test('a DataNode, which dies of a % in the path of its blocks, is told none that the stack has', () => {
  const services = loadServices(loadEnvironment({ VYGODNO_STACK: '/tmp/100% стек' })).filter(({ name }) => name.startsWith('datanode'))
  assert.equal(services.length, 3)
  for (const { configs, folders } of services) {
    assert.ok(folders.data.startsWith('/tmp/100% стек/'))
    assert.match([...configs.values()].map(({ text }) => text).join(), /<value>file:\/\/\/proc\/self\/cwd\/blocks<\/value>/)
    assert.doesNotMatch([...configs.values()].map(({ text }) => text).join(), /100%/)
  }
})

test('a stack whose path Grafana would fill in is named, any other % is nothing to it', () => {
  const { message, hint } = judged(':', { stack: join(root, 'a%(data)s'), services: 'grafana' })
  assert.match(message ?? '', /path of the stack: expected none with %\(…\)s, .*, got .*a%\(data\)s$/)
  assert.match(hint ?? '', /VYGODNO_STACK='.*a-\(data\)s' task up/)
  assert.equal(judged(':', { stack: join(root, '100% (а) %s'), services: 'grafana datanode-1' }).code, undefined)
})

test('too little memory or disk is refused with numbers, and the groups of services that fit are named', () => {
  const services = loadServices(loadEnvironment())
  const core = services.filter(({ profile }) => profile === 'core').reduce((sum, { memoryMib }) => sum + memoryMib, 0)
  const had = (memoryMib: number) => shortageOf(services, { memoryMib, where: 'of this machine' })[0]
  assert.equal(had(core)?.command, `end other programs, or do with less: COMPOSE_PROFILES=core task up (${core} MiB)`)
  assert.equal(had(core - 1)?.command, 'end other programs, then task up')
  assert.match(had(10)?.seen ?? '', /^10 MiB of this machine$/)
  assert.equal(had(1e6), undefined)
  assert.deepEqual(tooFull(root, 1_024, 'free some', () => 10), [{ expected: `1024 MiB at ${root}`, seen: '10 MiB', command: 'free some' }])
  assert.deepEqual(tooFull(root, 1_024, 'free some', () => 1e6), [])
})

test('the least of several bounds of memory counts', () => {
  const meminfo = 'MemAvailable: 2097152 kB\nCommitLimit: 3145728 kB\nCommitted_AS: 2621440 kB\n'
  assert.ok(availableMemory(meminfo, false).memoryMib <= 2_048)
  assert.ok(availableMemory(meminfo, true).memoryMib <= 512)
})

test('a service that ran into a limit is told so, by its newest words', () => {
  const cases: [string, RegExp][] = [
    ['java.net.SocketException: Too many open files', /ulimit -n/],
    ['java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory or process limits reached', /threads/],
    ['java.lang.OutOfMemoryError: Java heap space', /-Xmx/],
    ['FATAL:  could not extend file "base/1": No space left on device', /disk is full/],
    ['OpenJDK 64-Bit Server VM warning: INFO: os::commit_memory failed; error=\'Cannot allocate memory\' (errno=12)', /no memory/],
    ['UnsatisfiedLinkError: /стек/tmp/librocksdbjni.so: failed to map segment from shared object', /noexec: VYGODNO_STACK/],
  ]
  for (const [line, cause] of cases) assert.match(limitIn(['all is well', line, 'at java.base/Some.where']) ?? '', cause, line)
  assert.equal(limitIn(['all is well', 'jvm.args = [-Xmx256m, -XX:+ExitOnOutOfMemoryError]', 'stopped']), undefined)
})

test('each limit has a name of its own', () => {
  assert.equal(new Set(limits.map(({ name }) => name)).size, limits.length)
})
