import { type Cluster, clusters, type Environment, onCluster } from '../../../clients/environment.ts'
import type { Authority } from '../authorities.ts'
import type { Config } from '../config.ts'
import { type Acl, declaredAcls } from '../resources/acls.ts'

/** A Kafka cluster as it is declared: its addresses, topics, access rules, and who has every right on it. */
export type Site = { name: Cluster; env: Environment; topics: Config['clusters'][Cluster]['topics']; acls: Acl[]; superUsers: string[] }

/** The clusters that this stack runs: the primary, and the one of each profile that is on. */
export function sites(env: Environment, config: Config): Site[] {
  const everybody = Object.entries({ ...config.principals.servers, ...config.principals.clients })
  return clusters
    .filter((name) => name === 'primary' || env.profiles.includes(name))
    .map((name) => ({
      name,
      env: onCluster(env, name),
      topics: config.clusters[name].topics,
      acls: declaredAcls(config, name),
      superUsers: everybody.filter(([, { super: on }]) => on.includes(name)).map(([principal]) => principal),
    }))
}

/** Principals whose certificate is signed by an authority. */
export function principalsOf({ principals }: Config, authority: Authority): string[] {
  return Object.entries({ ...principals.clients, ...principals.servers }).filter(([, entry]) => entry.authority === authority).map(([name]) => name)
}
