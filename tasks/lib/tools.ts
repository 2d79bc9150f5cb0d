import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { $, ProcessOutput } from 'zx'
import type { Environment } from '../../clients/environment.ts'
import { messageOf } from '../../clients/errors.ts'
import { cleanEnvironment, wholeEnvironment } from '../../clients/surroundings.ts'
import { step, warn } from '../../clients/terminal.ts'
import { grafanaRelease, type Release, releases, unpackRelease } from './releases.ts'

/** Programs that monitoring needs and that come in packages of the operating system; Grafana comes on its own, and only when it is wanted. */
const packaged = ['prometheus', 'promtool', 'alertmanager', 'amtool'] as const
export const toolNames = [...packaged, 'grafana'] as const
export type ToolName = (typeof toolNames)[number]

/** Debian 12 calls Alertmanager by a longer name. */
const alsoCalled: Partial<Record<ToolName, string>> = { alertmanager: 'prometheus-alertmanager' }

/** Packages of Debian 12, with the sums of its package index. */
const packages = [
  { name: 'prometheus', version: '2.42.0+ds-5+deb12u1', sha256: '81d59a24fce84f7fbe97a45a4f2914b6a5881b5cd1db2a6a0e129e515e1a5f55' },
  { name: 'prometheus-alertmanager', version: '0.25.0-1+b4', sha256: '4fb9aed15cfe8e0c32408e643ab32a1e41ee87d2cc26f18aeba928b1b0b98ae7' },
]

const folder = (env: Environment) => join(env.build, 'tools')
const grafanaFolder = (env: Environment) => join(env.build, 'grafana')

// Debian's Alertmanager looks for its template below /usr/share: a mount namespace of its own shows it the package's there
const overShare = (share: string) => ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', 'mount -t overlay overlay -o lowerdir="$0":/usr/share /usr/share && exec "$@"', share]

/**
 * How to start a tool: the one that `task` has fetched, else one on the PATH.
 *
 * @returns the beginning of a command line; undefined when this machine has none
 */
export function findTool(env: Environment, name: ToolName): string[] | undefined {
  const called = [alsoCalled[name] ?? name, name]
  const fetched = called.map((file) => join(folder(env), 'usr', 'bin', file)).find(existsSync)
  if (fetched) return name === 'alertmanager' ? [...overShare(join(folder(env), 'usr', 'share')), fetched] : [fetched]
  const released = [folder(env), grafanaFolder(env)].map((whole) => join(whole, 'bin', name)).find(existsSync)
  if (released) return [released]
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((directory) => called.map((file) => join(directory, file))).find(isExecutable)
  return onPath ? [onPath] : undefined
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** What to tell a person about a tool that this machine has not. */
export function missingTool(name: ToolName): string {
  if (name === 'grafana') return 'there is no grafana here, neither on the PATH nor as a release (https://grafana.com/grafana/download): task dashboard draws the same dashboards'
  return `there is no ${name} here: neither as a Debian 12 package, nor on the PATH, nor as a release (https://prometheus.io/download/)`
}

/**
 * Gets Prometheus and Alertmanager into `.stack/build/tools`, without installing anything: the packages by apt; else what is
 * on the PATH has to do; else the projects' own releases. The package index of a machine may be old or of another system.
 *
 * @returns what has been done, or why it could not be
 */
export async function fetchTools(env: Environment, from = releases): Promise<string> {
  const target = folder(env)
  const unpacked = `${target}.new`
  const unpack = async (get: () => Promise<void>) => {
    rmSync(unpacked, { recursive: true, force: true })
    mkdirSync(unpacked, { recursive: true })
    await get()
    rmSync(target, { recursive: true, force: true })
    renameSync(unpacked, target)
  }
  const failures: string[] = []
  const attempt = (get: () => Promise<void>) =>
    unpack(get).then(
      () => true,
      (error: unknown) => {
        failures.push((error instanceof ProcessOutput ? error.stderr : messageOf(error)).trim().split('\n').at(-1) ?? '')
        return false
      },
    )
  try {
    if (await attempt(() => unpackPackages(unpacked))) return packages.map(({ name, version }) => `${name} ${version}`).join(', ')
    if (packaged.every((name) => findTool(env, name))) return 'those that are here already'
    if (await attempt(() => unpackReleases(from, join(unpacked, 'bin')))) return from.map(({ url }) => basename(url)).join(', ')
    return `not to be had, neither by apt-get download (${failures[0]}) nor as the official release (${failures[1]}): ${missingTool('prometheus')}`
  } finally {
    rmSync(unpacked, { recursive: true, force: true })
  }
}

/** Gets Grafana into `.stack/build/grafana` where it is wanted and there is none: some hundred megabytes, which nobody else needs. */
export async function requireGrafana(env: Environment): Promise<void> {
  if (!env.profiles.includes('grafana') || findTool(env, 'grafana')) return
  await step('Grafana', (progress) => fetchGrafana(env, grafanaRelease, progress)).catch((error: unknown) => warn(messageOf(error)))
}

/**
 * @returns what has been fetched
 * @throws Error that says why it could not be, and nothing is left of it
 */
export async function fetchGrafana(env: Environment, from: Release, progress: (text: string) => void): Promise<string> {
  const target = grafanaFolder(env)
  const unpacked = `${target}.new`
  rmSync(unpacked, { recursive: true, force: true })
  try {
    await unpackReleases([from], unpacked, progress)
    renameSync(unpacked, target)
    return basename(from.url)
  } finally {
    rmSync(unpacked, { recursive: true, force: true })
  }
}

/** Where Grafana keeps what belongs to the program: beside it in a release, elsewhere in packages and the official image. */
export function grafanaHome(env: Environment): string {
  const program = findTool(env, 'grafana')?.at(-1)
  const around = program && dirname(dirname(realpathSync(program)))
  return around && existsSync(join(around, 'conf', 'defaults.ini')) ? around : '/usr/share/grafana'
}

async function unpackPackages(into: string): Promise<void> {
  for (const { name, version, sha256 } of packages) {
    await $({ cwd: into, env: wholeEnvironment(), quiet: true })`apt-get download ${name}=${version}`
    const file = join(into, `${name}_${version}_amd64.deb`)
    const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
    if (digest !== sha256) throw new Error(`${name} ${version}: expected the package with sha256 ${sha256}, got ${digest}: not used`)
    await $({ env: cleanEnvironment(), quiet: true })`dpkg-deb --extract ${file} ${into}`
    rmSync(file)
  }
}

async function unpackReleases(from: Release[], into: string, progress?: (text: string) => void): Promise<void> {
  if (process.arch !== 'x64') throw new Error(`releases are for x64, this machine is ${process.arch}`)
  for (const release of from) await unpackRelease(release, into, progress)
}
