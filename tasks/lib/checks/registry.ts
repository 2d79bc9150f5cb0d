import { abuse } from './abuse.ts'
import { acl } from './acl.ts'
import type { Group } from './check.ts'
import { documentation } from './documentation.ts'
import { filter } from './filter.ts'
import { lake } from './lake.ts'
import { mirror } from './mirror.ts'
import { monitoring } from './monitoring.ts'
import { recommendations } from './recommendations.ts'
import { secrets } from './secrets.ts'
import { storage } from './storage.ts'
import { tls } from './tls.ts'
import { topics } from './topics.ts'

/** Every group of checks, in the order in which they run. */
export const groups: Group[] = [tls, acl, abuse, topics, mirror, filter, storage, lake, recommendations, monitoring, secrets, documentation]
