import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { findJdks } from '../../tasks/lib/jdk.ts'
import { requirePrograms } from '../../tasks/lib/prerequisites.ts'

const { build } = loadEnvironment({})
const root = mkdtempSync(join(tmpdir(), 'vygodno-programs-'))
const { PATH = '' } = process.env
after(() => {
  process.env.PATH = PATH
  rmSync(root, { recursive: true, force: true })
})

/** Puts a program before all others on the PATH that says its version, and nothing else. */
function says(name: string, words: string): void {
  const bin = mkdtempSync(join(root, 'bin-'))
  writeFileSync(join(bin, name), `#!/bin/sh\necho '${words}'\n`, { mode: 0o755 })
  process.env.PATH = `${bin}${delimiter}${PATH}`
}

test('a Maven or an OpenSSL that is too old, or is another program, is refused with its version and the way to another', async () => {
  const cases: [name: 'mvn' | 'openssl', words: string, seen: string][] = [
    ['mvn', 'Apache Maven 3.0.5', 'version 3.0.5'],
    ['mvn', 'Apache Maven 3.6.2', 'version 3.6.2'],
    ['mvn', 'maven, some other', 'version unknown'],
    ['openssl', 'OpenSSL 1.0.2u  20 Dec 2019', 'version 1.0.2'],
    ['openssl', 'OpenSSL 1.1.0l  10 Sep 2019', 'version 1.1.0'],
    ['openssl', 'LibreSSL 3.3.6', 'version unknown'],
  ]
  for (const [name, words, seen] of cases) {
    says(name, words)
    const message = `expected on this machine: ${name === 'mvn' ? 'mvn 3.6.3' : 'openssl 1.1.1'} or newer (found: ${seen})`
    await assert.rejects(requirePrograms([name]), { code: 'PROGRAM_MISSING', exitCode: 3, message, hint: new RegExp(`^sudo apt-get install ${name === 'mvn' ? 'maven' : name}`) }, words)
  }
  process.env.PATH = root
  await assert.rejects(requirePrograms(['mvn', 'openssl']), { message: /mvn 3\.6\.3 or newer \(found: nothing\), openssl 1\.1\.1 or newer \(found: nothing\)/ })
})

test('newer ones are taken, compared as numbers', async () => {
  for (const [name, words] of [['mvn', 'Apache Maven 3.6.3'], ['mvn', 'Apache Maven 3.10.0'], ['mvn', 'Apache Maven 4.0.0'], ['openssl', 'OpenSSL 1.1.1w'], ['openssl', 'OpenSSL 3.0.19'], ['openssl', 'OpenSSL 3.10.0']] as const) {
    says(name, words)
    assert.equal(await requirePrograms([name]), '')
  }
})

/** A machine on which nothing but one JDK 25 is to be found, whatever else there is; undefined where nobody may make one. */
function withOnly(jdk: string): string[] | undefined {
  const shown = join(root, 'jvm')
  mkdirSync(shown)
  mkdirSync(join(root, 'jdk-25'))
  symlinkSync(join(root, 'jdk-25'), join(shown, 'jdk-25'))
  const isNeeded = (folder: string) => [build, process.execPath].some((file) => file.startsWith(`${folder}/`))
  const others = ['/usr/java', '/opt', join(homedir(), '.sdkman'), join(homedir(), '.jdks')].filter((folder) => existsSync(folder) && !isNeeded(folder))
  const hidden = others.map((folder) => `mount -t tmpfs none '${folder}'`).join(' && ')
  const script = `mount --bind '${jdk}' '${join(root, 'jdk-25')}' && mount --bind '${shown}' /usr/lib/jvm ${hidden ? `&& ${hidden}` : ''} && exec "$@"`
  const command = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh']
  return spawnSync(command[0] ?? '', [...command.slice(1), 'true']).status === 0 ? command : undefined
}

test('a machine with a JDK 25 alone is refused by each command, with the way out, before anything is made', (t) => {
  const jdk = findJdks({}).find(({ version }) => Number.parseInt(version, 10) > 21)
  const [unshare = '', ...args] = (jdk && withOnly(jdk.home)) ?? []
  if (!jdk || !unshare) return t.skip('no such JDK here, or no namespaces')
  const stack = join(root, 'стек')
  const env = { ...process.env, PATH, JAVA_HOME: '', VYGODNO_STACK: stack, VYGODNO_HOST: '127.0.0.1' }
  for (const command of ['jars', 'bootstrap', 'up', 'demo']) {
    const { status, stdout, stderr } = spawnSync(unshare, [...args, process.execPath, join(build, 'dist', 'tasks', `${command}.js`)], { env, encoding: 'utf8' })
    assert.equal(status, 3, `${command}: ${stdout}${stderr}`)
    assert.match(stderr, new RegExp(`expected a JDK 17 to 21 with java, javac, keytool, found: ${jdk.version.replaceAll('.', '\\.')} .*\\[PROGRAM_MISSING\\]`))
    assert.match(stderr, /→ sudo apt-get install openjdk-17-jdk-headless, or unpack one of https:\/\/adoptium\.net/)
    assert.equal(existsSync(join(stack, 'certs')) || existsSync(join(stack, 'data')), false)
  }
})
