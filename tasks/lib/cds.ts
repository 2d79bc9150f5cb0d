import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Environment } from '../../clients/environment.ts'
import { requireJdk } from './jdk.ts'

/** `jars` are the folders of jars that make the class path, one or several with commas between them. */
export type Cds = { archive: string; jars: string; train: boolean }

/** The name carries a digest of the jars and the JDK, for which alone an archive is good, so new ones get a new archive. */
function archiveFile(env: Environment, { archive, jars }: Cds): string | undefined {
  const folders = [...jars.split(','), 'jmx'].map((name) => join(env.build, 'jars', name))
  if (!folders.every((name) => existsSync(name))) return undefined
  const files = folders.flatMap((name) => readdirSync(name).map((file) => join(name, file)))
  const { home, version } = requireJdk().jdk
  const listing = [`${home} ${version}`, ...files.map((file) => `${file} ${statSync(file).size} ${statSync(file).mtimeMs}`)]
  const digest = createHash('sha256').update(listing.sort().join('\n')).digest('hex').slice(0, 12)
  const folder = join(env.build, 'cds')
  mkdirSync(folder, { recursive: true })
  return join(folder, `${archive}-${digest}.jsa`)
}

/**
 * Options by which a JVM starts from an AppCDS archive (JEP 350), or writes one when it ends if there is none yet.
 *
 * @param mayTrain false for programs that only initialise a service: their classes are not worth an archive
 */
export function archiveOptions(env: Environment, cds: Cds, mayTrain: boolean): string[] {
  const file = archiveFile(env, cds)
  if (!file) return []
  if (existsSync(file)) return [`-XX:SharedArchiveFile=${file}`]
  return cds.train && mayTrain ? [`-XX:ArchiveClassesAtExit=${file}.new`] : []
}

/** Takes the archive that a JVM wrote at its orderly end into use. */
export function keepArchive(env: Environment, cds: Cds): void {
  const file = archiveFile(env, cds)
  if (!file || !cds.train || !existsSync(`${file}.new`)) return
  renameSync(`${file}.new`, file)
  // those of earlier jars are of no use to anybody
  const outdated = new RegExp(`^${cds.archive}-[0-9a-f]{12}\\.jsa$`)
  for (const name of readdirSync(dirname(file))) if (outdated.test(name) && name !== basename(file)) rmSync(join(dirname(file), name))
}
