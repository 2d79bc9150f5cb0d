import type { Environment } from '../../../clients/environment.ts'
import type { Config } from '../config.ts'
import { type Acl, declaredAcls } from '../resources/acls.ts'

/** A Kafka cluster as it is declared: its addresses, topics, access rules, and who has every right on it. */
export type Site = { name: string; env: Environment; topics: Config['topics']; acls: Acl[]; superUsers: string[] }

/** The clusters that this stack runs. */
export function sites(env: Environment, config: Config): Site[] {
  const superUsers = Object.entries({ ...config.principals.servers, ...config.principals.clients }).filter(([, { super: all }]) => all).map(([name]) => name)
  return [{ name: 'primary', env, topics: config.topics, acls: declaredAcls(config), superUsers }]
}

/** Principals whose certificate is signed by an authority. */
export function principalsOf({ principals }: Config, authority: 'platform' | 'rest'): string[] {
  return Object.entries({ ...principals.clients, ...principals.servers }).filter(([, entry]) => entry.authority === authority).map(([name]) => name)
}
