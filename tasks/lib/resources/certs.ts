import { authorities, issue, readFacts, type Wanted, wantedFacts } from '../certificates.ts'
import type { Config } from '../config.ts'
import type { Resource } from '../reconcile.ts'

function wanted({ principals }: Config): Wanted[] {
  const of = (entries: Config['principals']['servers'], isServer: boolean) => Object.entries(entries).map(([name, { authority }]) => ({ name, authority, isServer }))
  return [...of(principals.servers, true), ...of(principals.clients, false)]
}

/** One certificate for every server and client of principals.yaml. Files of removed principals are left alone. */
export const certs: Resource = {
  kind: 'certs',
  profile: 'core',
  desired: ({ env, config }) => wanted(config).map((each) => ({ id: each.name, fields: wantedFacts(env, each) })),
  read: async ({ env, config }) => {
    const facts = await Promise.all(wanted(config).map(async (each) => ({ id: each.name, fields: await readFacts(env, each) })))
    return facts.flatMap(({ id, fields }) => (fields ? [{ id, fields }] : []))
  },
  apply: async ({ env, config }, changes) => {
    const names = new Set(changes.map(({ id }) => id))
    const due = wanted(config).filter(({ name }) => names.has(name))
    // the first of each authority makes its CA if there is none, so it goes before the others
    for (const authority of authorities) {
      const [first, ...others] = due.filter((each) => each.authority === authority)
      if (first) await issue(env, first)
      await Promise.all(others.map((each) => issue(env, each)))
    }
  },
}
