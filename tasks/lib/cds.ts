import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../clients/environment.ts'

/** `jars` is the folder of jars that makes the class path. */
export type Cds = { archive: string; jars: string; train: boolean }

/** The name carries a digest of the jars, so new jars get a new archive. */
function archiveFile(env: Environment, { archive, jars: folderOfJars }: Cds): string | undefined {
  const folders = [folderOfJars, 'jmx'].map((name) => join(env.build, 'jars', name))
  if (!folders.every(existsSync)) return undefined
  const listing = folders.flatMap((jars) => readdirSync(jars).map((name) => `${name} ${statSync(join(jars, name)).size} ${statSync(join(jars, name)).mtimeMs}`))
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
  if (file && cds.train && existsSync(`${file}.new`)) renameSync(`${file}.new`, file)
}
