import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { PrerequisiteError } from '../../clients/errors.ts'

const run = promisify(execFile)

/** Programs of the machine that the platform needs: how to see the version, the least one, how to get it. */
const programs = {
  java: { args: ['-version'], version: /version "(\d+)/, least: 17, get: 'sudo apt-get install openjdk-17-jdk-headless (or https://adoptium.net)' },
  mvn: { args: ['-v'], version: /Apache Maven (\d+)/, least: 3, get: 'sudo apt-get install maven (or https://maven.apache.org/install.html)' },
  keytool: { args: ['-help'], version: /(Key and Certificate Management Tool|keytool)/i, least: 0, get: 'it comes with the JDK: sudo apt-get install openjdk-17-jdk-headless' },
  openssl: { args: ['version'], version: /OpenSSL (\d+)/, least: 1, get: 'sudo apt-get install openssl' },
}

/**
 * Makes sure that programs are installed and new enough.
 *
 * @throws PrerequisiteError `PROGRAM_MISSING` naming the exact way to get each that is missing
 */
export async function requirePrograms(names: (keyof typeof programs)[]): Promise<void> {
  const missing = await Promise.all(
    names.map(async (name) => {
      const { args, version, least, get } = programs[name]
      const output = await run(name, args).then(
        ({ stdout, stderr }) => stdout + stderr,
        () => '',
      )
      const found = version.exec(output)?.[1]
      if (found !== undefined && (least === 0 || Number(found) >= least)) return undefined
      return { name, seen: output ? `version ${found ?? 'unknown'}` : 'nothing', least, get }
    }),
  )
  const problems = missing.filter((each) => each !== undefined)
  if (problems.length === 0) return
  const lines = problems.map(({ name, seen, least }) => `${name}${least > 0 ? ` ${least} or newer` : ''} (found: ${seen})`)
  throw new PrerequisiteError('PROGRAM_MISSING', `expected on this machine: ${lines.join(', ')}`, problems.map(({ get }) => get).join('\n    '))
}
