import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { $ } from 'zx'

/** What a project publishes for Linux on x86-64: one archive with its programs in one folder. */
export type Release = { url: string; sha256: string; programs: string[] }

const github = 'https://github.com/prometheus'

/** Official releases, with the sums of the projects' own sha256sums.txt. */
export const releases: Release[] = [
  { url: `${github}/prometheus/releases/download/v2.45.0/prometheus-2.45.0.linux-amd64.tar.gz`, sha256: '1c7f489a3cc919c1ed0df2ae673a280309dc4a3eaa6ee3411e7d1f4bdec4d4c5', programs: ['prometheus', 'promtool'] },
  { url: `${github}/alertmanager/releases/download/v0.25.0/alertmanager-0.25.0.linux-amd64.tar.gz`, sha256: '206cf787c01921574ca171220bb9b48b043c3ad6e744017030fed586eb48e04b', programs: ['alertmanager', 'amtool'] },
]

/** The longest time that fetching one release may take; they have about 90 and 30 MB. */
const longestMs = 180_000

/**
 * Fetches a release and puts its programs into a folder. What has another sum than expected is not even unpacked.
 *
 * @throws Error that says what was expected and what came
 */
export async function unpackRelease({ url, sha256, programs }: Release, folder: string): Promise<void> {
  const archive = await download(url).catch((error: unknown) => {
    throw new Error(`${url}: ${reasonOf(error)}`, { cause: error })
  })
  const digest = createHash('sha256').update(archive).digest('hex')
  if (digest !== sha256) throw new Error(`${url}: expected sha256 ${sha256}, got ${digest}: not used`)
  mkdirSync(folder, { recursive: true })
  const file = join(folder, basename(url))
  try {
    writeFileSync(file, archive)
    const inside = basename(url, '.tar.gz')
    await $({ quiet: true })`tar --extract --gzip --file ${file} --directory ${folder} --strip-components 1 --no-same-owner ${programs.map((program) => `${inside}/${program}`)}`
  } finally {
    rmSync(file, { force: true })
  }
}

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(longestMs) })
  if (!response.ok) throw new Error(`status ${response.status}`)
  return Buffer.from(await response.arrayBuffer())
}

/** fetch says no more than `fetch failed`; why stands in its cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : { message: String(error), cause: undefined }
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}
