import { join } from 'node:path'
import type { Environment } from '../../clients/environment.ts'
import { fillIn } from './variables.ts'

/** What is looked at of a service of compose.yaml, before its variables are filled in. */
type Declared = { environment: Record<string, string>; labels: Record<string, string>; profiles: string[]; healthcheck?: { test: string[] } | undefined }

type Targets = { targets: string[]; labels: Record<string, string> }[]

/** The variable with the targets of which probe: programs that take certificates of one CA make one job of prometheus.yml. */
const jobs = { https: 'PROGRAM_TARGETS', alertmanager: 'ALERTING_TARGETS' } as const
type Job = (typeof jobs)[keyof typeof jobs]
const isJob = (kind: string): kind is keyof typeof jobs => Object.hasOwn(jobs, kind)

/**
 * Who watches which service. Each one that goes on running is watched, without being named a second time: a JVM shows its metrics
 * on a port of their own, a program of ours or of Prometheus (its probe is `https`, or `alertmanager`)
 * beside its service, and the exporter looks at all others with the probe that compose.yaml declares for them.
 *
 * @returns variables for prometheus.yml (static_configs) and for the exporter's environment
 */
export function watched(
  env: Environment,
  services: Record<string, Declared>,
): Record<'METRICS_TARGETS' | Job | 'PROBES', string> {
  const running = Object.entries(services).filter(([, { healthcheck, profiles }]) => healthcheck && env.profiles.some((profile) => profiles.includes(profile)))
  const jvms: Targets = []
  const programs: Record<Job, Targets> = { PROGRAM_TARGETS: [], ALERTING_TARGETS: [] }
  const probes: { service: string; kind: string; target: string }[] = []
  for (const [instance, { environment, labels, healthcheck }] of running) {
    const fill = (text: string) => fillIn(text, { ...env.variables, DATA: join(env.stack, 'data', instance) }, `services.${instance}`)
    const [, , kind = '', target = ''] = healthcheck?.test ?? []
    const port = environment.METRICS_PORT
    if (port) jvms.push({ targets: [`${env.host}:${fill(port)}`], labels: { instance, ...labels } })
    else if (isJob(kind))
      programs[jobs[kind]].push({ targets: [fill(target)], labels: { job: instance, instance, ...labels } })
    else probes.push({ service: instance, kind, target: fill(target) })
  }
  return {
    METRICS_TARGETS: JSON.stringify(jvms),
    PROGRAM_TARGETS: JSON.stringify(programs.PROGRAM_TARGETS),
    ALERTING_TARGETS: JSON.stringify(programs.ALERTING_TARGETS),
    PROBES: JSON.stringify(probes),
  }
}
