import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { judged } from './judged.ts'

const root = mkdtempSync(join(tmpdir(), 'vygodno-mounts-'))
const [stack, temporary] = [join(root, 'стек'), join(root, 'tmp')]
for (const folder of [stack, temporary]) mkdirSync(folder)
after(() => rmSync(root, { recursive: true, force: true }))

// mounts that nobody else sees, where whoever runs the tests may make them
const within = ['unshare', '--user', '--map-root-user', '--mount']
const works = (program: string, ...args: string[]) => spawnSync(program, args).status === 0
const skip = !works(within[0] ?? '', ...within.slice(1), 'mount', '-t', 'tmpfs', 'none', '/mnt') && 'no mounts here'
const mount = (options: string, folder: string) => judged(`mount -t tmpfs -o ${options} none '${folder}'`, { stack, temporary, within })

test('file systems that do not do are named, each with a command', { skip }, () => {
  const cases: [options: string, folder: string, code: string, message: RegExp, hint: RegExp][] = [
    ['noexec', stack, 'MACHINE_UNFIT', /^folder of the stack: expected to write and run programs in .*стек, got a file system that is mounted noexec$/, /VYGODNO_STACK=.*remount,exec/],
    ['ro', stack, 'MACHINE_UNFIT', /^folder of the stack: .*EROFS/, /VYGODNO_STACK=/],
    ['size=20m', stack, 'NOT_ENOUGH_DISK', /^free disk: expected 1024 MiB at .*стек, got (19|20) MiB$/, /free some space/],
    ['nr_inodes=500', stack, 'NOT_ENOUGH_DISK', /^free inodes: expected 10000 at .*стек, got 49\d$/, /df -i/],
    ['size=8m', temporary, 'NOT_ENOUGH_DISK', /^free disk for temporary files: expected 64 MiB at .*tmp, got [78] MiB$/, /TMPDIR=/],
    ['ro', temporary, 'MACHINE_UNFIT', /^folder for temporary files: .*EROFS/, /TMPDIR=/],
    ['size=1m', '/dev/shm', 'MACHINE_UNFIT', /^shared memory of PostgreSQL: expected 16 MiB at \/dev\/shm, got [01] MiB$/, /remount,size=64m \/dev\/shm/],
    ['ro', '/dev/shm', 'MACHINE_UNFIT', /^shared memory of PostgreSQL: .*EROFS/, /mount -t tmpfs/],
  ]
  for (const [options, folder, code, message, hint] of cases) {
    const said = mount(options, folder)
    assert.match(said.message ?? '', message, `${options} ${folder}`)
    assert.equal(said.code, code)
    assert.match(said.hint ?? '', hint)
  }
})

test('a system’s own folder for temporary files may be mounted noexec: nothing runs from there', { skip }, () => {
  assert.equal(mount('noexec', temporary).code, undefined)
})

test('a full /dev/shm is nothing to who starts no PostgreSQL', { skip }, () => {
  assert.equal(judged("mount -t tmpfs -o size=1m none /dev/shm", { stack, temporary, within, services: 'product-filter' }).code, undefined)
})

test('whatever the umask, the folder of a stack is its owner’s alone', () => {
  for (const umask of ['000', '022', '077']) {
    const made = join(root, umask, 'stack')
    assert.equal(judged(`umask ${umask}`, { stack: made, temporary }).code, undefined)
    assert.equal((statSync(made).mode & 0o777).toString(8), '700', umask)
  }
})

const asAnother = ['setpriv', '--reuid=54321', '--regid=54321', '--clear-groups']
const mayBeAnother = works(asAnother[0] ?? '', ...asAnother.slice(1), process.execPath, '-e', `require('fs').accessSync(${JSON.stringify(process.cwd())})`)

test('an ordinary user with few processes is told how many are needed', { skip: !mayBeAnother && 'not root' }, (t) => {
  // the folder for temporary files of a test run is its owner's alone
  const open = mkdtempSync('/tmp/vygodno-open-')
  t.after(() => rmSync(open, { recursive: true, force: true }))
  const [theirs, passing] = [join(open, 'stack'), join(open, 'tmp')]
  for (const folder of [theirs, passing]) mkdirSync(folder)
  for (const folder of [open, theirs, passing]) chmodSync(folder, 0o777)
  const limit = `export TMPDIR='${passing}'; ulimit -u 60`
  const { code, message, hint } = judged(limit, { stack: theirs, temporary: passing, within: asAnother })
  assert.equal(code, 'MACHINE_UNFIT')
  assert.match(message ?? '', /processes and threads: expected at least 2\d\d \(100 threads a service, and \d+ that run\), got 60/)
  assert.match(hint ?? '', /sudo prlimit --pid \$\$ --nproc=2\d\d:2\d\d/)
})

test('a control group that allows few threads is named with its file', (t) => {
  const above = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'].find((folder) => existsSync(join(folder, 'cgroup.procs')))
  const group = join(above ?? '', `vygodno-test-${process.pid}`)
  try {
    mkdirSync(group)
    writeFileSync(join(group, 'pids.max'), '90')
  } catch {
    if (existsSync(group)) rmdirSync(group)
    return t.skip('no control groups here')
  }
  try {
    const { code, message, hint } = judged(`echo $$ >${join(group, 'cgroup.procs')}`, { stack, temporary })
    assert.equal(code, 'MACHINE_UNFIT')
    assert.match(message ?? '', /^processes and threads of the control group: expected 200 more \(100 threads a service\), got \d+ of 90 left$/)
    assert.ok(hint?.includes(`echo max >${join(group, 'pids.max')}`), hint)
  } finally {
    assert.equal(readFileSync(join(group, 'cgroup.procs'), 'utf8'), '')
    rmdirSync(group)
  }
})
