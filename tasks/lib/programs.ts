import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import type { Environment } from '../../clients/environment.ts'
import type { Service } from './compose.ts'

/** A larger jar is a library, whose version stands in its name; those that are built here keep theirs. */
const readUpToBytes = 1 << 20

const known = new Map<string, string>()

/**
 * What a service's program consists of: the jars of its class path and of its plugins, or its bundle. The declaration of a
 * service only names their folders, so a new build leaves it as it is.
 *
 * @returns by path within the folder of what is built, a digest of each file
 */
export function programOf(env: Environment, { command, configs }: Service): Record<string, string> {
  const texts = [...command, ...[...configs.values()].map(({ text }) => text)]
  const named = texts.flatMap((text) => [...text.matchAll(/\/jars\/([a-z][a-z-]*)/g)])
  const folders = new Set(named.map(([, name = '']) => join(env.build, 'jars', name)))
  const bundles = command.filter((part) => part.startsWith(join(env.build, 'dist')))
  const files = [...[...folders].flatMap(jarsIn), ...bundles].filter((file) => existsSync(file)).sort()
  return Object.fromEntries(files.map((file) => [relative(env.build, file), digestOf(file)]))
}

function jarsIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jar')).map((name) => join(folder, name))
}

/** A bundle names what it shares with others by digests of their content (build.mjs), so its own content tells all. */
function digestOf(file: string): string {
  const { size, mtimeMs } = statSync(file)
  const key = `${file} ${size} ${mtimeMs}`
  const before = known.get(key)
  if (before !== undefined) return before
  const content = size > readUpToBytes ? `${basename(file)} ${size}` : readFileSync(file)
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 16)
  known.set(key, digest)
  return digest
}
