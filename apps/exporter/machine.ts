import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, statfsSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Environment } from '../../clients/environment.ts'
import type { Collector } from './collector.ts'
import { certificateDays, diskFree, diskSize, seriesOf } from './metrics.ts'

const dayMs = 86_400_000

/** Days left of every certificate of the stack, the authorities' included. */
export function certificateCollector(env: Environment): Collector {
  const folder = join(env.stack, 'certs')
  const show = seriesOf(certificateDays)
  return {
    name: 'certificates',
    everyMs: 60_000,
    collect: async () => {
      const daysLeft = (file: string) => (Date.parse(new X509Certificate(readFileSync(join(folder, file))).validTo) - Date.now()) / dayMs
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.crt'))
      show(files.map((file) => ({ labels: { certificate: basename(file, '.crt') }, value: daysLeft(file) })))
    },
    forget: () => show([]),
  }
}

/** Room on the file system that holds the stack's data. */
export function diskCollector(env: Environment): Collector {
  return {
    name: 'disk',
    everyMs: 15_000,
    collect: async () => {
      const { bavail, blocks, bsize } = statfsSync(env.stack)
      diskFree.set(bavail * bsize)
      diskSize.set(blocks * bsize)
    },
  }
}
