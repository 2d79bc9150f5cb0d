import type { Resource } from '../reconcile.ts'
import { acls } from './acls.ts'
import { certs } from './certs.ts'
import { connectors } from './connectors.ts'
import { schema } from './schema.ts'
import { topics } from './topics.ts'

/** Every kind of declared resource, in the order in which changes are applied. */
export const registry: Resource[] = [certs, topics, acls, schema, connectors]
