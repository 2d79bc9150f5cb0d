import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { AuthorityName, Environment } from '../../clients/environment.ts'
import { InfraError } from '../../clients/errors.ts'
import { warn } from '../../clients/terminal.ts'
import { newAuthority, type Pair } from './signing.ts'

/** The CAs of a stack. Whoever has a certificate of one may do all that its servers offer, so each group has one of its own. */
export const authorities = ['platform', 'rest', 'monitoring', 'alerting'] as const
export type Authority = (typeof authorities)[number]

/** Files of a CA are called so. */
export const authorityFile = {
  platform: 'ca',
  rest: 'rest-ca',
  monitoring: 'monitoring-ca',
  alerting: 'alerting-ca',
} as const satisfies Record<Authority, AuthorityName>

const folder = (env: Environment) => join(env.stack, 'certs')
const inFolder = (env: Environment, name: string) => join(folder(env), name)
/** No service reads this folder: keys of CAs lie here, and the marker of a rotation. */
export const authoritiesFolder = 'authorities'
const keyFile = (which: Authority) => join(authoritiesFolder, `${authorityFile[which]}.key`)

/**
 * The CA of a stack that signs now: the one of the trusted that the key belongs to. There is more than one while a CA is
 * being replaced. It is made if there is none, or when it has expired and so all that it signed is worth nothing.
 */
export async function openAuthority(env: Environment, which: Authority): Promise<Pair> {
  const found = await readAuthority(env, which).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (found && Date.parse(new X509Certificate(found.cert).validTo) > Date.now()) return found
  if (found) warn(`${authorityFile[which]} has expired: a new one signs all certificates`)
  const made = await newAuthority(authorityFile[which])
  await writeSecret(env, keyFile(which), made.key)
  await writeSecret(env, `${authorityFile[which]}.crt`, made.cert)
  return made
}

/** The CA that signs now, as it is on disk. */
export async function readAuthority(env: Environment, which: Authority): Promise<Pair> {
  const [trusted, key] = await Promise.all([readTrusted(env, which), readFile(inFolder(env, keyFile(which)), 'utf8')])
  const cert = trusted.find((each) => belongs(each, key))
  if (!cert) throw new InfraError('CA_DAMAGED', `expected ${authorityFile[which]}.crt to hold the certificate of ${keyFile(which)}, it does not`, 'put both files back from a copy of the stack; without one: task clean, task bootstrap')
  return { cert, key }
}

const belongs = (cert: string, key: string) => new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))

/** The certificates of the CAs that are trusted, PEM each. */
export async function readTrusted(env: Environment, which: Authority): Promise<string[]> {
  const text = await readFile(inFolder(env, `${authorityFile[which]}.crt`), 'utf8')
  return (text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map((cert) => `${cert}\n`)
}

/** File that shows that CAs are being replaced; with it an interrupted rotation is told from a finished one. */
const underWay = join(authoritiesFolder, 'rotation')
const nextKey = (which: Authority) => join(authoritiesFolder, `${authorityFile[which]}-next.key`)

/** Whether a replacement of the CAs was begun and not finished. */
export function isRotating(env: Environment): boolean {
  return [underWay, ...authorities.map(nextKey)].some((name) => existsSync(inFolder(env, name)))
}

/** First step of replacing the CAs: everybody who starts now trusts the next ones too; the present ones go on signing. */
export async function trustNext(env: Environment): Promise<void> {
  // promoted in this order, so one that has no next key is not begun only while the first still has one
  const begun = isRotating(env) && !existsSync(inFolder(env, nextKey('platform')))
  for (const which of authorities) {
    const file = inFolder(env, nextKey(which))
    if (begun && !existsSync(file)) continue
    if (!existsSync(file)) await writeSecret(env, nextKey(which), (await newAuthority(authorityFile[which])).key)
    const [key, trusted] = [await readFile(file, 'utf8'), await readTrusted(env, which)]
    if (!trusted.some((cert) => belongs(cert, key))) await writeSecret(env, `${authorityFile[which]}.crt`, [...trusted, (await newAuthority(authorityFile[which], key)).cert].join(''))
  }
  await writeSecret(env, underWay, '')
}

/** Second step: the next CAs sign from now on. */
export async function signByNext(env: Environment): Promise<void> {
  for (const which of authorities) if (existsSync(inFolder(env, nextKey(which)))) await rename(inFolder(env, nextKey(which)), inFolder(env, keyFile(which)))
}

/** Third step: the old CAs are no longer trusted by whoever starts now. */
export async function distrustOld(env: Environment): Promise<void> {
  for (const which of authorities) if ((await readTrusted(env, which)).length > 1) await writeSecret(env, `${authorityFile[which]}.crt`, (await readAuthority(env, which)).cert)
}

/** Last step, when everybody has started again: the rotation is over. */
export async function endRotation(env: Environment): Promise<void> {
  await rm(inFolder(env, underWay), { force: true })
}

/** Writes a file of the certificates' folder, whole or not at all, for the owner only. */
export async function writeSecret(env: Environment, name: string, content: string | Buffer): Promise<void> {
  const file = inFolder(env, name)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(`${file}.new`, content, { mode: 0o600 })
  await rename(`${file}.new`, file)
}
