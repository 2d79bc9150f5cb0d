import { warn } from '../../../clients/terminal.ts'
import { authorities } from '../authorities.ts'
import { issue, readFacts, type Wanted, wantedFacts } from '../certificates.ts'
import type { Config } from '../config.ts'
import type { Resource } from '../reconcile.ts'

/** Everybody of principals.yaml who needs a certificate. */
export function wantedCertificates({ principals }: Config): Wanted[] {
  const of = (entries: Config['principals']['servers'], isServer: boolean) => Object.entries(entries).map(([name, { authority }]) => ({ name, authority, isServer }))
  return [...of(principals.servers, true), ...of(principals.clients, false)]
}

/** One certificate for every server and client of principals.yaml. Files of removed principals are left alone. */
export const certs: Resource = {
  kind: 'certs',
  profile: 'core',
  desired: ({ env, config }) => wantedCertificates(config).map((each) => ({ id: each.name, fields: wantedFacts(env, each) })),
  read: async ({ env, config }) => {
    const facts = await Promise.all(wantedCertificates(config).map(async (each) => ({ id: each.name, fields: await readFacts(env, each) })))
    return facts.flatMap(({ id, fields }) => (fields ? [{ id, fields }] : []))
  },
  apply: async ({ env, config }, changes) => {
    const names = new Set(changes.map(({ id }) => id))
    for (const { id, fields } of changes) for (const { name, from } of fields) if (name === 'expiry' && from) warn(`the certificate of ${id} is renewed: it ${from.startsWith('in -') ? 'expired' : 'expires'} ${from.startsWith('in -') ? `${from.slice(4)} ago` : from}`)
    const due = wantedCertificates(config).filter(({ name }) => names.has(name))
    // the first of each authority makes its CA if there is none, so it goes before the others
    for (const authority of authorities) {
      const [first, ...others] = due.filter((each) => each.authority === authority)
      if (first) await issue(env, first)
      await Promise.all(others.map((each) => issue(env, each)))
    }
  },
}
