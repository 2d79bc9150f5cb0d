import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { procFile } from '../proc.ts'
import { type Limit, threadsEach, threadsOf } from './limit.ts'

/** The files that say what a control group may have, what it has, and what of that it can give back (cgroups(7)). */
const names = {
  pids: { v1: ['pids.max', 'pids.current'], v2: ['pids.max', 'pids.current'] },
  memory: { v1: ['memory.limit_in_bytes', 'memory.usage_in_bytes'], v2: ['memory.max', 'memory.current'] },
} as const
type Controller = keyof typeof names

/** What a control group leaves of something, for each that has a limit. */
type Group = { file: string; limit: number; left: number }

/** Every control group that this process is in, of both versions, and those around it, as far as they limit something. */
export function groupsOf(controller: Controller): Group[] {
  return foldersOf(controller).flatMap(({ folder, version }) => {
    const [limitFile, usedFile] = names[controller][version]
    const limit = Number.parseInt(read(join(folder, limitFile)), 10)
    // no limit is `max`, or the largest number that version 1 can write
    if (!Number.isFinite(limit) || limit > 2 ** 60) return []
    const reclaimable = controller === 'memory' ? Number(/^(?:total_)?inactive_file (\d+)/m.exec(read(join(folder, 'memory.stat')))?.[1] ?? 0) : 0
    return [{ file: join(folder, limitFile), limit, left: limit - Number(read(join(folder, usedFile))) + reclaimable }]
  })
}

function foldersOf(controller: Controller): { folder: string; version: 'v1' | 'v2' }[] {
  const mounts = procFile('self/mountinfo').split('\n').flatMap((line) => {
    const [, root = '', point = '', kind = '', options = ''] = /^\S+ \S+ \S+ (\S+) (\S+) .*? - (cgroup2?) \S+ (\S+)/.exec(line) ?? []
    return kind === 'cgroup2' || options.split(',').includes(controller) ? [{ root, point, version: kind === 'cgroup2' ? ('v2' as const) : ('v1' as const) }] : []
  })
  return mounts.flatMap(({ root, point, version }) => {
    const path = procFile('self/cgroup').split('\n').map((line) => line.split(':')).find(([, which = '']) => (version === 'v2' ? which === '' : which.split(',').includes(controller)))?.[2]
    if (path === undefined) return []
    const inside = relative(root, path)
    const folders = [inside.startsWith('..') ? point : join(point, inside)]
    while (folders.at(-1) !== point && (folders.at(-1) ?? '').startsWith(point)) folders.push(dirname(folders.at(-1) ?? ''))
    return folders.map((folder) => ({ folder, version }))
  })
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return ''
  }
}

/** Threads count as processes do. */
export const groupLimit: Limit = {
  name: 'processes and threads of the control group',
  code: 'MACHINE_UNFIT',
  look: (need) =>
    groupsOf('pids').filter(({ left }) => left < threadsOf(need)).map(({ file, limit, left }) => ({
      expected: `${threadsOf(need)} more (${threadsEach} threads a service)`,
      seen: `${Math.max(left, 0)} of ${limit} left`,
      command: `as root: echo max >${file} (of a container: --pids-limit=-1)`,
    })),
}
