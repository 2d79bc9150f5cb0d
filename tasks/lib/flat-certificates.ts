import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Environment } from '../../clients/environment.ts'
import { say } from '../../clients/terminal.ts'
import { authorities, authoritiesFolder, authorityFile } from './authorities.ts'
import { providedPassword } from './certificates.ts'

const authorityKeys = authorities.flatMap((which) => [`${authorityFile[which]}.key`, `${authorityFile[which]}-next.key`])

/**
 * Where a file of the one folder that once held all keys belongs now; undefined for what stays. Passwords lay there, or
 * in a folder of their own.
 */
function placeOf(name: string): string | undefined {
  if (name === 'rotation' || authorityKeys.includes(name)) return join(authoritiesFolder, name)
  if (authorities.some((which) => name === `${authorityFile[which]}.crt`)) return undefined
  const [, password] = /^([\w-]+)(?:\.|\/)password$/.exec(name) ?? []
  if (password) return join(password, providedPassword)
  const [, principal] = /^([\w-]+?)(?:-trust\.p12|\.(?:pem|pk8|key|crt|p12))$/.exec(name) ?? []
  return principal && join(principal, name)
}

/**
 * Moves the keys of a stack that has them all in one folder into folders by principal. Nothing is made anew; interrupted,
 * it goes on when it is called again. Services that run were started from the old places and are restarted as changed.
 */
export function layOutByPrincipal(env: Environment): void {
  const folder = join(env.stack, 'certs')
  if (!existsSync(folder)) return
  const moves = readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const place = !name.includes('/') || name.endsWith('/password') ? placeOf(name) : undefined
    return place ? [{ from: join(folder, name), to: join(folder, place) }] : []
  })
  for (const { from, to } of moves) {
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
    renameSync(from, to)
  }
  if (moves.length > 0) say(`moved ${moves.length} files of keys and certificates into folders by principal`)
}
