import type { Resource } from '../reconcile.ts'
import { aclsOf } from './acls.ts'
import { bans } from './bans.ts'
import { certs } from './certs.ts'
import { connectorsOf } from './connectors.ts'
import { folders } from './folders.ts'
import { mirrored } from './mirrored.ts'
import { quotasOf } from './quotas.ts'
import { roles } from './roles.ts'
import { schema } from './schema.ts'
import { services } from './services.ts'
import { sinks } from './sinks.ts'
import { topicsOf } from './topics.ts'

/** Every kind of declared resource, in the order in which changes are applied. */
export const registry: Resource[] = [
  certs,
  services,
  topicsOf('primary', 'topics', 'core'),
  // before anybody has the right to send a product
  bans,
  aclsOf('primary', 'acls', 'core'),
  quotasOf('primary', 'quotas', 'core'),
  topicsOf('analytics', 'analytics-topics', 'analytics'),
  aclsOf('analytics', 'analytics-acls', 'analytics'),
  quotasOf('analytics', 'analytics-quotas', 'analytics'),
  schema,
  roles,
  connectorsOf('connect', 'connectors', 'core'),
  sinks,
  connectorsOf('mirror', 'mirrors', 'analytics'),
  mirrored,
  folders,
]
