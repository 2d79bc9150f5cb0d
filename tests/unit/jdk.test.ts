import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { chooseJdk, findJdks } from '../../tasks/lib/jdk.ts'

const root = mkdtempSync(join(tmpdir(), 'vygodno-jdk-'))
after(() => rmSync(root, { recursive: true }))

/** A folder that looks like a JDK. */
function jdk(name: string, version: string, programs = ['java', 'javac', 'keytool']): string {
  const home = join(root, name)
  mkdirSync(join(home, 'bin'), { recursive: true })
  writeFileSync(join(home, 'release'), `IMPLEMENTOR="nobody"\nJAVA_VERSION="${version}"\n`)
  for (const program of programs) writeFileSync(join(home, 'bin', program), '', { mode: 0o755 })
  return home
}

const newest = jdk('jvm/a 25', '25.0.3')
const fitting = jdk('jvm/b 17', '17.0.15')
const without = jdk('jre/21', '21.0.4', ['java', 'keytool'])
const old = jdk('old/8', '1.8.0_442')
const folders = [join(root, 'jvm', '*')]
const look = (variables: NodeJS.ProcessEnv, where = folders) => findJdks(variables, where)

test('the first JDK on the PATH is taken when it fits, and nothing is said', () => {
  assert.deepEqual(chooseJdk(look({ PATH: join(fitting, 'bin') })), { jdk: { home: fitting, version: '17.0.15', place: 'on the PATH' } })
})

test('a JDK that is too new, too old or no JDK is passed over for one that lies beside it, and that is said', () => {
  for (const [home, version] of [[newest, '25.0.3'], [old, '1.8.0_442'], [without, '21.0.4']] as const)
    for (const variables of [{ PATH: join(home, 'bin') }, { JAVA_HOME: home }]) {
      const { jdk: chosen, note } = chooseJdk(look(variables))
      assert.equal(chosen.home, fitting)
      assert.match(note ?? '', new RegExp(`^JDK 17\\.0\\.15 in .*b 17, since ${version} \\(`))
    }
})

test('JAVA_HOME goes before the PATH, which goes before the usual folders', () => {
  assert.deepEqual(look({ JAVA_HOME: old, PATH: `${join(root, 'nothing')}:${join(without, 'bin')}` }).map(({ home }) => home), [old, without, newest, fitting])
})

test('a link on the PATH is followed to its JDK; a wrapper is asked for it', () => {
  const bin = join(root, 'bin')
  mkdirSync(bin)
  symlinkSync(join(fitting, 'bin', 'java'), join(bin, 'java'))
  assert.deepEqual(look({ PATH: bin }, []).map(({ home }) => home), [fitting])
  const shims = join(root, 'shims')
  mkdirSync(shims)
  writeFileSync(join(shims, 'java'), `#!/bin/sh\necho "    java.home = ${fitting}" >&2\necho "    java.version = 17.0.15" >&2\n`, { mode: 0o755 })
  assert.deepEqual(look({ PATH: shims }, []), [{ home: fitting, version: '17.0.15', place: 'on the PATH' }])
})

test('without one that fits the refusal names those that are here and how to get one', () => {
  assert.throws(() => chooseJdk(look({ PATH: join(newest, 'bin') }, [])), { code: 'PROGRAM_MISSING', exitCode: 3, message: /expected a JDK 17 to 21 .*found: 25\.0\.3 \(on the PATH\)/, hint: /apt-get install openjdk-17.*adoptium/ })
  assert.throws(() => chooseJdk([]), { code: 'PROGRAM_MISSING', message: /found: none/ })
})
