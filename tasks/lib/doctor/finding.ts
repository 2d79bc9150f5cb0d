import type { Environment, Profile } from '../../../clients/environment.ts'
import type { Service } from '../compose.ts'
import type { Config } from '../config.ts'

/** How bad it is: something is down, is wrong, is slower than it should be, or is about to be one of these. */
type Kind = 'down' | 'wrong' | 'slow' | 'soon'

/**
 * Something that a person should know: what it is, since when (ISO 8601) and why as far as that is known, and the command that
 * mends it, or that tells more where nothing mends it at once.
 */
export type Finding = { kind: Kind; what: string; since?: string | undefined; why?: string | undefined; mend: string }

/** What is looked at: `services` of the profiles that are on, and what the probe of each that runs says, nothing when it is ready. */
export type Patient = { env: Environment; config: Config; services: Service[]; probed: Map<string, string> }

/**
 * One look at a part of the platform. Where a service that it `needs` is down, or its profile is off, it is left out: that the
 * service is down is said once.
 */
export type Examination = { name: string; profile?: Profile; needs?: (patient: Patient) => string[]; look: (patient: Patient) => Promise<Finding[]> }
