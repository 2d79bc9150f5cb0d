import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { z } from 'zod'
import { PrerequisiteError } from '../../clients/errors.ts'

/**
 * The versions of Java that everything here runs by. Spark 4.0 brings a Hadoop client that calls `Subject.getSubject`,
 * which throws from Java 22 on (JEP 486, HADOOP-19212). One JDK for all programs: a rule for each would be one more to know.
 */
const [least, most] = [17, 21]

const programs = ['java', 'javac', 'keytool'] as const
type JdkProgram = (typeof programs)[number]

/** `place` says how it was found. */
export type Jdk = { home: string; version: string; place: string }

/** Where distributions, installers and version managers put JDKs; a `*` at the end stands for any name. */
const usual = ['/usr/lib/jvm/*', '/usr/java/*', '/usr/local/openjdk-*', '/opt/*', '/opt/java/*', '~/.sdkman/candidates/java/*', '~/.jdks/*', '~/.asdf/installs/java/*', '~/.local/share/mise/installs/java/*']

/** Every JDK of this machine, in the order in which they are tried: JAVA_HOME, the PATH, the usual folders. */
export function findJdks(variables: NodeJS.ProcessEnv, folders = usual): Jdk[] {
  const { JAVA_HOME, PATH = '' } = variables
  const places = [
    ...(JAVA_HOME ? [{ place: 'JAVA_HOME', java: join(JAVA_HOME, 'bin', 'java') }] : []),
    ...PATH.split(delimiter).map((folder) => ({ place: 'on the PATH', java: join(folder, 'java') })),
    ...folders.flatMap(matching).map((home) => ({ place: 'beside', java: join(home, 'bin', 'java') })),
  ]
  const found = new Map<string, Jdk>()
  for (const { place, java } of places) {
    const jdk = existsSync(java) ? lookAt(java) : undefined
    if (jdk && !found.has(jdk.home)) found.set(jdk.home, { ...jdk, place })
  }
  return [...found.values()]
}

/**
 * The JDK that all JVMs of the platform run by: the first that fits.
 *
 * @returns it, and what to tell a person when it is not the one that `java` would be
 * @throws PrerequisiteError `PROGRAM_MISSING` naming those that are here and how to get one that fits
 */
export function chooseJdk(found: Jdk[]): { jdk: Jdk; note?: string } {
  const fits = ({ home, version }: Jdk) => majorOf(version) >= least && majorOf(version) <= most && programs.every((name) => existsSync(join(home, 'bin', name)))
  const [first] = found
  const jdk = found.find(fits)
  if (jdk) return { jdk, ...(jdk === first ? {} : { note: `JDK ${jdk.version} in ${jdk.home}, since ${described(first)} is not one of ${least} to ${most}` }) }
  const seen = found.map(described).join('; ') || 'none'
  throw new PrerequisiteError('PROGRAM_MISSING', `expected a JDK ${least} to ${most} with ${programs.join(', ')}, found: ${seen}`, `sudo apt-get install openjdk-17-jdk-headless, or unpack one of https://adoptium.net/temurin/releases/?version=${most} below /opt or ~/.jdks: it is found beside others`)
}

let chosen: { jdk: Jdk; note?: string } | undefined

/** The JDK of this machine, as `chooseJdk` says; looked for once. */
export function requireJdk(): { jdk: Jdk; note?: string } {
  chosen ??= chooseJdk(findJdks(process.env))
  return chosen
}

/** How to start one of its programs. */
export function jdkProgram(name: JdkProgram): string {
  return join(requireJdk().jdk.home, 'bin', name)
}

/** Programs that look for Java themselves, Maven and Spark's worker, find the same one. */
export function jdkVariables(): { JAVA_HOME: string } {
  return { JAVA_HOME: requireJdk().jdk.home }
}

const majorOf = (version: string) => Number(/^(?:1\.)?(\d+)/.exec(version)?.[1] ?? 0)
const described = (jdk?: Jdk) => (jdk ? `${jdk.version} ${jdk.place === 'beside' ? 'in' : `(${jdk.place})`} ${jdk.home}` : 'none')

/** The file `release` tells it at once; what stands on the PATH may be a wrapper of a version manager, which is asked. */
function lookAt(java: string): Omit<Jdk, 'place'> | undefined {
  const home = dirname(dirname(realpathSync(java)))
  const release = join(home, 'release')
  const told = existsSync(release) ? /^JAVA_VERSION="([^"]+)"/m.exec(readFileSync(release, 'utf8'))?.[1] : undefined
  if (told) return { home, version: told }
  const said = saidBy(java)
  const valueOf = (name: string) => new RegExp(`^\\s*${name} = (.+)$`, 'm').exec(said)?.[1]
  const [itsHome, version] = [valueOf('java\\.home'), valueOf('java\\.version')]
  return itsHome && version ? { home: itsHome, version } : undefined
}

function saidBy(java: string): string {
  try {
    return execFileSync('sh', ['-c', 'exec "$0" -XshowSettings:properties -version 2>&1', java], { encoding: 'utf8', timeout: 10_000 })
  } catch (error) {
    return z.object({ stdout: z.string() }).safeParse(error).data?.stdout ?? ''
  }
}

function matching(pattern: string): string[] {
  const whole = pattern.replace(/^~/, homedir())
  const [folder, beginning] = [dirname(whole), whole.slice(dirname(whole).length + 1, -1)]
  try {
    return readdirSync(folder).filter((name) => name.startsWith(beginning)).sort().map((name) => join(folder, name))
  } catch {
    return []
  }
}
