import { existsSync } from 'node:fs'
import { z } from 'zod'
import { certificateFiles, type CertificateFiles, type Environment } from '../../clients/environment.ts'
import { InfraError, messageOf, PrerequisiteError } from '../../clients/errors.ts'
import { type Answer, callHttps } from '../../clients/https.ts'
import { checkpoint } from '../../clients/interruption.ts'
import { refusedCertificate } from '../../clients/refusal.ts'

const labels = z.record(z.string(), z.string())

/** An alert that Alertmanager holds (its API v2). */
const activeShape = z.array(
  z.object({
    labels,
    annotations: labels,
    startsAt: z.string(),
    status: z.object({ state: z.enum(['active', 'suppressed', 'unprocessed']), silencedBy: z.array(z.string()), inhibitedBy: z.array(z.string()) }),
  }),
)
export type ActiveAlert = z.infer<typeof activeShape>[number]

/** A notification that the receiver has stored. */
const receivedShape = z.array(z.object({ status: z.enum(['firing', 'resolved']), labels, annotations: labels, startsAt: z.string(), receivedAt: z.string() }))

/** An alert as it is posted; one with an end in the past is resolved. */
type NewAlert = { labels: Record<string, string>; annotations: Record<string, string>; startsAt: string; endsAt?: string }

const matcher = z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean().prefault(true) })
const silencesShape = z.array(
  z.object({ id: z.string(), status: z.object({ state: z.enum(['active', 'pending', 'expired']) }), matchers: z.array(matcher), startsAt: z.string(), endsAt: z.string(), createdBy: z.string(), comment: z.string() }),
)

/** A silence as Alertmanager keeps it. */
export type Silence = z.infer<typeof silencesShape>[number]

const telegramShape = z.object({ configured: z.boolean(), problem: z.string(), deliveredAt: z.string().optional() })

/**
 * What is wrong, as principal `monitor` reads it: from the receiver, which asks Alertmanager for who may not silence. Every
 * call throws InfraError `MONITORING_FAILED` when one of them does not answer as expected, and names that one.
 */
export function monitoring(env: Environment) {
  const ask = caller(env, 'alert-receiver', certificateFiles(env, 'monitor', 'monitoring-ca'))
  return {
    active: async () => activeShape.parse(await ask('/active')),
    /** of all there ever were within Alertmanager's memory, whoever set them */
    silences: async () => silencesShape.parse(await ask('/silences')),
    received: async () => receivedShape.parse(await ask('/alerts')),
    telegram: async () => telegramShape.parse(await ask('/telegram')),
  }
}

/**
 * Alertmanager (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml) as principal `on-call`, who may
 * silence. Every call throws InfraError `MONITORING_FAILED` when it does not answer as expected.
 */
export function onCall(env: Environment) {
  const ask = caller(env, 'alertmanager', certificateFiles(env, 'on-call', 'alerting-ca'))
  return {
    post: async (alerts: NewAlert[]) => void (await ask('/api/v2/alerts', alerts)),
    silence: async (alertname: string, minutes: number, by: string, comment: string) => {
      const [startsAt, endsAt] = [new Date(), new Date(Date.now() + minutes * 60_000)]
      const matchers = [{ name: 'alertname', value: alertname, isRegex: false, isEqual: true }]
      const body = { matchers, startsAt, endsAt, createdBy: by, comment }
      return z.object({ silenceID: z.string() }).parse(await ask('/api/v2/silences', body)).silenceID
    },
    /** as `monitoring` tells them, without the receiver: who may silence needs no other service for it */
    silences: async () => silencesShape.parse(await ask('/api/v2/silences')),
    unsilence: async (id: string) => void (await ask(`/api/v2/silence/${encodeURIComponent(id)}`, undefined, 'DELETE')),
  }
}

type Watcher = 'alertmanager' | 'alert-receiver'
const portOf = { alertmanager: 'ALERTMANAGER_PORT', 'alert-receiver': 'ALERT_RECEIVER_PORT' } as const

/** @returns what asks a service for a path, as JSON */
function caller(env: Environment, service: Watcher, files: CertificateFiles) {
  const address = (of: Watcher) => `${env.host}:${env.variables[portOf[of]]}`
  const failed = (who: Watcher, seen: string, cause?: unknown, hint = `task status; task logs -- ${who}`) =>
    new InfraError('MONITORING_FAILED', `expected ${who} at ${address(who)} to answer, got: ${seen}`, hint, { cause })
  return async (path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<unknown> => {
    const missing = [files.key, files.cert, files.ca].find((file) => !existsSync(file))
    const expected = `expected a certificate that ${service} takes`
    if (missing) throw new PrerequisiteError('CERTIFICATE_MISSING', `${expected}: there is no ${missing}`, 'task bootstrap')
    const url = new URL(path, `https://${address(service)}`)
    const answer = await callHttps(url, files, { method, body, timeoutMs: 10_000 }).catch((error: unknown): Answer => {
      checkpoint()
      throw refusedCertificate(error, `${service} at ${address(service)}`, files) ?? failed(service, messageOf(error), error)
    })
    const { status, text: said } = answer
    const ofReceiver = service === 'alert-receiver' ? status : 0
    // it answers, Alertmanager behind it does not
    if (ofReceiver === 502) throw failed('alertmanager', `${said.trim()} (asked by ${service})`)
    if (ofReceiver === 404) throw failed(service, `404, as from another version: it knows no ${path}`, undefined, 'task up')
    if (status !== 200) throw failed(service, `${status} ${said.trim()}`)
    return said ? JSON.parse(said) : undefined
  }
}
