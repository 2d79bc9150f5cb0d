import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { PrerequisiteError } from '../../clients/errors.ts'
import { jdkVariables, requireJdk } from './jdk.ts'

const run = promisify(execFile)

/** Programs of the machine that the platform needs beside a JDK: how to see the version, the least one, how to get it. */
const programs = {
  // the least that the plugins of apps/pom.xml take
  mvn: { args: ['-v'], version: /Apache Maven (\d+\.\d+\.\d+)/, least: '3.6.3', get: 'sudo apt-get install maven (or https://maven.apache.org/install.html)' },
  openssl: { args: ['version'], version: /OpenSSL (\d+\.\d+\.\d+)/, least: '1.1.1', get: 'sudo apt-get install openssl' },
}

/**
 * Makes sure that programs are installed and new enough.
 *
 * @param names `jdk` stands for Java, its compiler and keytool
 * @returns what was chosen otherwise than a person might expect
 * @throws PrerequisiteError `PROGRAM_MISSING` naming the exact way to get each that is missing
 */
export async function requirePrograms(names: (keyof typeof programs | 'jdk')[]): Promise<string> {
  const note = names.includes('jdk') ? requireJdk().note : undefined
  const missing = await Promise.all(
    names.filter((name) => name !== 'jdk').map(async (name) => {
      const { args, version, least, get } = programs[name]
      const output = await run(name, args, { timeout: 60_000, env: { ...process.env, ...(note ? jdkVariables() : {}) } }).then(
        ({ stdout, stderr }) => stdout + stderr,
        () => '',
      )
      const found = version.exec(output)?.[1]
      if (found !== undefined && isAtLeast(found, least)) return undefined
      return { name, seen: output ? `version ${found ?? 'unknown'}` : 'nothing', least, get }
    }),
  )
  const problems = missing.filter((each) => each !== undefined)
  if (problems.length === 0) return note ?? ''
  const lines = problems.map(({ name, seen, least }) => `${name} ${least} or newer (found: ${seen})`)
  throw new PrerequisiteError('PROGRAM_MISSING', `expected on this machine: ${lines.join(', ')}`, problems.map(({ get }) => get).join('\n    '))
}

/** Versions of three numbers each. */
function isAtLeast(found: string, least: string): boolean {
  return found.localeCompare(least, 'en', { numeric: true }) >= 0
}
