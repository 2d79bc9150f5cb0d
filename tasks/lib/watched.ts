import { join } from 'node:path'
import type { Environment } from '../../clients/environment.ts'
import { fillIn } from './variables.ts'

/** What is looked at of a service of compose.yaml, before its variables are filled in. */
type Declared = { environment: Record<string, string>; labels: Record<string, string>; profiles: string[]; healthcheck?: { test: string[] } | undefined }

type Targets = { targets: string[]; labels: Record<string, string> }[]

/**
 * Who watches which service. Each one that goes on running is watched, without being named a second time: a JVM shows its metrics
 * on a port of their own, a program of ours or of Prometheus (its probe is `https`) beside its service, and the exporter
 * looks at all others with the probe that compose.yaml declares for them.
 *
 * @returns variables for prometheus.yml (static_configs) and for the exporter's environment
 */
export function watched(env: Environment, services: Record<string, Declared>): Record<'METRICS_TARGETS' | 'PROGRAM_TARGETS' | 'PROBES', string> {
  const running = Object.entries(services).filter(([, { healthcheck, profiles }]) => healthcheck && env.profiles.some((profile) => profiles.includes(profile)))
  const [jvms, programs]: [Targets, Targets] = [[], []]
  const probes: { service: string; kind: string; target: string }[] = []
  for (const [instance, { environment, labels, healthcheck }] of running) {
    const fill = (text: string) => fillIn(text, { ...env.variables, DATA: join(env.stack, 'data', instance) }, `services.${instance}`)
    const [, , kind = '', target = ''] = healthcheck?.test ?? []
    const port = environment.METRICS_PORT
    if (port) jvms.push({ targets: [`${env.host}:${fill(port)}`], labels: { instance, ...labels } })
    else if (kind === 'https') programs.push({ targets: [fill(target)], labels: { job: instance, instance, ...labels } })
    else probes.push({ service: instance, kind, target: fill(target) })
  }
  return { METRICS_TARGETS: JSON.stringify(jvms), PROGRAM_TARGETS: JSON.stringify(programs), PROBES: JSON.stringify(probes) }
}
