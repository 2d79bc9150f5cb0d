import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { $ } from 'zx'
import type { Environment } from '../../../clients/environment.ts'
import { processOf } from '../stack.ts'
import { family } from '../usage.ts'
import { type Claim, type Group, prove, type Subject } from './check.ts'

/** Private keys and passwords are readable by the owner only and stand nowhere else. */
export const secrets: Group = {
  name: 'secrets',
  about: 'keys and passwords are in files of mode 0600 and nowhere else: not in git, logs, process lists or environments',
  run: (subject) => prove('secrets', claims(subject)),
}

function claims({ env, services }: Subject): Claim[] {
  const folders = ['certs', 'secrets'].map((name) => join(env.stack, name)).filter((folder) => existsSync(folder))
  const known = folders.flatMap(secretTexts).filter((secret) => secret.length > 8)
  const pids = services.flatMap((service) => processOf(env, service)?.pid ?? []).flatMap(family)
  const nowhere = (name: string, places: () => Promise<[string, string][]>): Claim => ({
    name: `no secret in ${name}`,
    expected: 'none',
    look: async () => {
      const texts = await places()
      const found = texts.filter(([, text]) => known.some((secret) => text.includes(secret))).map(([place]) => place)
      return { ok: found.length === 0 && known.length > 0 && texts.length > 0, seen: found.join(', ') || `none of ${known.length} secrets in ${texts.length} places` }
    },
  })
  return [
    {
      name: 'modes of keys and certificates',
      expected: 'for the owner only',
      look: async () => {
        const files = [...folders, ...folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name))), join(env.stack, 'data')]
        const open = files.filter((file) => (statSync(file).mode & 0o077) !== 0)
        return { ok: open.length === 0, seen: open.map((file) => relative(env.stack, file)).join(', ') || `${files.length} files and folders` }
      },
    },
    nowhere('logs', async () => logs(env).map((file) => [relative(env.stack, file), readFileSync(file, 'utf8')])),
    nowhere('command lines', async () => readable(pids, 'cmdline')),
    nowhere('environments of processes', async () => readable(pids, 'environ')),
    nowhere('files that git tracks', () => tracked(env)),
    {
      name: 'nothing of the stack in git',
      expected: 'ignored',
      look: async () => {
        const inside = relative(env.root, env.stack)
        if (inside.startsWith('..')) return { ok: true, seen: 'outside the repository' }
        const { exitCode } = await $({ cwd: env.root, nothrow: true, quiet: true })`git check-ignore -q ${inside}`
        return exitCode === 0 ? 'ignored' : `${inside} is not ignored`
      },
    },
  ]
}

/** What would give a secret away: the body of each private key (its first line is the same for all keys of a kind), passwords, and the token of Telegram. */
function secretTexts(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    if (/\.(password|token)$/.test(name)) return [readFileSync(join(folder, name), 'utf8').trim()]
    if (!name.endsWith('.key')) return []
    return [readFileSync(join(folder, name), 'utf8').split('\n')[2] ?? ''].filter((line) => line.length > 20)
  })
}

function logs(env: Environment): string[] {
  const folder = join(env.stack, 'logs')
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
}

function readable(pids: number[], file: 'cmdline' | 'environ'): [string, string][] {
  return pids.flatMap((pid): [string, string][] => {
    try {
      return [[`pid ${pid}`, readFileSync(`/proc/${pid}/${file}`, 'utf8')]]
    } catch {
      return [] // it has ended meanwhile
    }
  })
}

async function tracked(env: Environment): Promise<[string, string][]> {
  const { stdout } = await $({ cwd: env.root, quiet: true })`git ls-files -z`
  const files = stdout.split('\0').filter((file) => file && existsSync(join(env.root, file)))
  return files.map((file) => [file, readFileSync(join(env.root, file), 'latin1')])
}
