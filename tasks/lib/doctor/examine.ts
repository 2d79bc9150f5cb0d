import { within } from '../../../clients/deadline.ts'
import { messageOf, VygodnoError } from '../../../clients/errors.ts'
import { checkpoint } from '../../../clients/interruption.ts'
import type { Examination, Finding, Patient } from './finding.ts'
import { pipeline } from './pipeline.ts'
import { machine, platform } from './platform.ts'
import { probeAll, services } from './services.ts'

/** All that is looked at; what stands first explains what stands later. */
const examinations: Examination[] = [machine, services, ...platform, ...pipeline]

const patienceMs = 45_000

/** What was found, the worst first, and the names of what could not be looked at because a service that it needs is down. */
export type Diagnosis = { findings: Finding[]; leftOut: string[] }

/**
 * Looks at everything at the same time. What can't be looked at is itself a finding.
 *
 * @param progress told which looks are still under way
 */
export async function examine(declared: Omit<Patient, 'probed'>, progress: (text: string) => void): Promise<Diagnosis> {
  progress('services')
  const patient = { ...declared, probed: await probeAll(declared.env, declared.services) }
  const asked = examinations.filter(({ profile }) => !profile || patient.env.profiles.includes(profile))
  const able = asked.filter(({ needs }) => (needs?.(patient) ?? []).every((name) => patient.probed.get(name) === ''))
  const open = new Set(able.map(({ name }) => name))
  const found = await Promise.all(
    able.map(async ({ name, look }) => {
      const findings = await within(patienceMs, name, look(patient)).catch((error: unknown) => [unseen(name, error)])
      open.delete(name)
      progress([...open].join(', '))
      return findings
    }),
  )
  const order = ['down', 'wrong', 'slow', 'soon']
  const findings = found.flat().toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind))
  return { findings, leftOut: asked.filter((each) => !able.includes(each)).map(({ name }) => name) }
}

function unseen(name: string, error: unknown): Finding {
  checkpoint()
  return { kind: 'wrong', what: `${name} could not be looked at`, why: messageOf(error), mend: error instanceof VygodnoError ? error.hint : 'task status' }
}
