import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { $ } from 'zx'
import type { Environment } from '../../../clients/environment.ts'
import { cleanEnvironment } from '../../../clients/surroundings.ts'
import { processOf } from '../stack.ts'
import { family } from '../usage.ts'
import { type Claim, type Group, judged, prove, type Subject, Unproven } from './check.ts'
import { filesBelow, finder, secretsIn, tooShort } from './secret-texts.ts'

/** Private keys and passwords are readable by the owner only and stand nowhere else. */
export const secrets: Group = {
  name: 'secrets',
  about: 'keys and passwords are in files of mode 0600 and nowhere else: not in git, logs, process lists or environments',
  run: (subject) => prove('secrets', claims(subject)),
}

type Place = [name: string, text: Buffer]

function claims({ env, services }: Subject): Claim[] {
  const folders = ['certs', 'secrets'].map((name) => join(env.stack, name)).filter((folder) => existsSync(folder))
  const known = secretsIn(folders)
  const find = finder(known)
  const shown = (file: string) => relative(env.stack, file)
  const pids = services.flatMap((service) => processOf(env, service)?.pid ?? []).flatMap(family)
  const nowhere = (name: string, without: string, places: () => Promise<Place[]>): Claim => ({
    name: `no secret in ${name}`,
    expected: 'none',
    look: async () => {
      const texts = await places()
      if (known.length === 0 || texts.length === 0) throw new Unproven(known.length === 0 ? 'this stack has no secrets' : without, 'task up')
      const found = texts.flatMap(([place, text]) => find(text).map((file) => `${place}: ${basename(file)}`))
      return judged(found.length === 0, found.slice(0, 5).join(', ') || `none of ${known.length} secrets in ${texts.length} places`)
    },
  })
  return [
    {
      name: 'modes of keys and certificates',
      expected: 'for the owner only',
      look: async () => {
        const files = [...folders, ...folders.flatMap(filesBelow), ...filesBelow(join(env.stack, 'config')).filter((file) => find(readFileSync(file)).length > 0), join(env.stack, 'data')]
        const open = files.filter((file) => (statSync(file).mode & 0o077) !== 0)
        return judged(open.length === 0, open.map(shown).join(', ') || `${files.length} files and folders`)
      },
    },
    {
      name: 'length of keys and passwords',
      expected: 'at least 8 characters each',
      look: async () => judged(tooShort(known).length === 0, tooShort(known).map(shown).join(', ') || `${known.length} secrets`),
    },
    nowhere('logs', 'there are no logs yet', async () => logs(env).map((file) => [shown(file), readFileSync(file)])),
    nowhere('command lines', 'no service runs', async () => readable(pids, 'cmdline')),
    nowhere('environments of processes', 'no service runs', async () => readable(pids, 'environ').map(([place, text]) => [place, withoutSparks(text)])),
    nowhere('files that git tracks', 'git tracks nothing here', () => tracked(env)),
    {
      name: 'nothing of the stack in git',
      expected: 'ignored',
      look: async () => {
        const inside = relative(env.root, env.stack)
        if (inside.startsWith('..')) return judged(true, 'outside the repository')
        const { exitCode } = await $({ cwd: env.root, env: cleanEnvironment(), nothrow: true, quiet: true })`git check-ignore -q ${inside}`
        if ((exitCode ?? 1) > 1) return judged(true, 'this is no git repository')
        return exitCode === 0 ? 'ignored' : judged(false, `${inside} is not ignored`)
      },
    },
  ]
}

/** What services write into the folder of logs, and those that keep logs of their own beside their data. */
function logs(env: Environment): string[] {
  return [...filesBelow(join(env.stack, 'logs')), ...filesBelow(join(env.stack, 'data', 'grafana', 'logs'))]
}

/** A worker of Spark hands its secret to executors in this variable (SecurityManager.ENV_AUTH_SECRET), for the owner's eyes only. */
function withoutSparks(environment: Buffer): Buffer {
  return Buffer.from(environment.toString('latin1').split('\0').filter((variable) => !variable.startsWith('_SPARK_AUTH_SECRET=')).join('\0'), 'latin1')
}

function readable(pids: number[], file: 'cmdline' | 'environ'): Place[] {
  return pids.flatMap((pid): Place[] => {
    try {
      return [[`pid ${pid}`, readFileSync(`/proc/${pid}/${file}`)]]
    } catch {
      return [] // it has ended meanwhile
    }
  })
}

async function tracked(env: Environment): Promise<Place[]> {
  const { stdout, exitCode } = await $({ cwd: env.root, env: cleanEnvironment(), quiet: true, nothrow: true })`git ls-files -z`
  if (exitCode !== 0) throw new Unproven('this is no git repository', 'git status')
  const files = stdout.split('\0').filter((file) => file && statSync(join(env.root, file), { throwIfNoEntry: false })?.isFile())
  return files.map((file) => [file, readFileSync(join(env.root, file))])
}
