import { createHash } from 'node:crypto'
import { createWriteStream, mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { $ } from 'zx'
import { cleanEnvironment } from '../../clients/surroundings.ts'

/** What a project publishes for Linux on x86-64: one archive with one folder, of which only some programs are wanted, or all. */
export type Release = { url: string; sha256: string; programs?: string[] }

const github = 'https://github.com/prometheus'

/** Official releases, with the sums of the projects' own sha256sums.txt. */
export const releases: Release[] = [
  { url: `${github}/prometheus/releases/download/v2.45.0/prometheus-2.45.0.linux-amd64.tar.gz`, sha256: '1c7f489a3cc919c1ed0df2ae673a280309dc4a3eaa6ee3411e7d1f4bdec4d4c5', programs: ['prometheus', 'promtool'] },
  { url: `${github}/alertmanager/releases/download/v0.25.0/alertmanager-0.25.0.linux-amd64.tar.gz`, sha256: '206cf787c01921574ca171220bb9b48b043c3ad6e744017030fed586eb48e04b', programs: ['alertmanager', 'amtool'] },
]

/** Grafana's own, with the sum of its download page (https://grafana.com/grafana/download/13.2.2?edition=oss). */
export const grafanaRelease: Release = {
  url: 'https://dl.grafana.com/grafana/release/13.2.2/grafana_13.2.2_34846740809_linux_amd64.tar.gz',
  sha256: '9662c838a09824fdb072e5f6fbdd45b62cf541b20f3d609ea5011e6e5f544c8f',
}

/** The longest time that fetching one release may take; Prometheus has about 90 MB, Grafana some hundred. */
const longestMs = 600_000

/**
 * Fetches a release and puts its programs, or all that it has, into a folder. What has another sum than expected is not even
 * unpacked.
 *
 * @throws Error that says what was expected and what came
 */
export async function unpackRelease({ url, sha256, programs = [] }: Release, folder: string, progress: (text: string) => void = () => {}): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, basename(url))
  try {
    const digest = await download(url, file, progress).catch((error: unknown) => {
      throw new Error(`${url}: ${reasonOf(error)}`, { cause: error })
    })
    if (digest !== sha256) throw new Error(`${url}: expected sha256 ${sha256}, got ${digest}: not used`)
    const inside = basename(url, '.tar.gz')
    await $({ env: cleanEnvironment(), quiet: true })`tar --extract --gzip --file ${file} --directory ${folder} --strip-components 1 --no-same-owner ${programs.map((program) => `${inside}/${program}`)}`
  } finally {
    rmSync(file, { force: true })
  }
}

/** @returns the SHA-256 of what came */
async function download(url: string, file: string, progress: (text: string) => void): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(longestMs) })
  if (!response.ok || !response.body) throw new Error(`status ${response.status}`)
  const hash = createHash('sha256')
  let bytes = 0
  const seen = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      bytes += chunk.length
      progress(`${(bytes / 1e6).toFixed(0)} MB`)
      yield chunk
    }
  }
  await pipeline(response.body, seen, createWriteStream(file))
  return hash.digest('hex')
}

/** fetch says no more than `fetch failed`; why stands in its cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : { message: String(error), cause: undefined }
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}
