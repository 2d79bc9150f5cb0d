import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { findJdks } from '../../tasks/lib/jdk.ts'

/**
 * Makes a JDK that is too new the first that programs find, in JAVA_HOME and on the PATH: one of this machine, such as
 * the Temurin 25 beside CI's JDK 17, else a folder that says it is one and whose `java` runs nothing.
 *
 * @returns its home
 */
export function unfitJdkFirst(): string {
  const home = findJdks({}).find(({ version }) => Number.parseInt(version, 10) >= 25)?.home ?? pretended()
  process.env.JAVA_HOME = home
  process.env.PATH = `${join(home, 'bin')}${delimiter}${process.env.PATH ?? ''}`
  return home
}

function pretended(): string {
  const home = mkdtempSync(join(tmpdir(), 'jdk-25-'))
  mkdirSync(join(home, 'bin'))
  writeFileSync(join(home, 'release'), 'JAVA_VERSION="25.0.1"\n')
  for (const name of ['java', 'javac', 'keytool']) writeFileSync(join(home, 'bin', name), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  return home
}
