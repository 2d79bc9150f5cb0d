import type { Environment } from '../../../clients/environment.ts'
import { type Authority, authorityFile, readAuthority } from '../authorities.ts'
import type { Pair } from '../signing.ts'
import { Unproven } from './check.ts'

/** Gives the pair of a CA, to sign with. */
export type Signer = () => Promise<Pair>

/** The key of a CA may be kept elsewhere: then what only a certificate made for the purpose can show is open. */
export async function signer(env: Environment, which: Authority): Promise<Signer> {
  const pair = await readAuthority(env, which).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  return async () => {
    if (!pair) throw new Unproven(`${authorityFile[which]}.key is not in the authorities' folder, so no certificate can be made to be refused`, `put ${authorityFile[which]}.key back, then task check -- tls`)
    return pair
  }
}
