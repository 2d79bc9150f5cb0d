import { z } from 'zod'
import { certificateFiles, type Environment } from '../../clients/environment.ts'
import { InfraError, messageOf } from '../../clients/errors.ts'
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
 * Alertmanager (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml) and our receiver, as principal
 * `monitor`. Every call throws InfraError `MONITORING_FAILED` when the one it is about does not answer as expected.
 */
export function monitoring(env: Environment) {
  const files = certificateFiles(env, 'monitor', 'monitoring-ca')
  const call = async (service: 'alertmanager' | 'alert-receiver', path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<unknown> => {
    const port = env.variables[service === 'alertmanager' ? 'ALERTMANAGER_PORT' : 'ALERT_RECEIVER_PORT']
    const url = new URL(path, `https://${env.host}:${port}`)
    const failed = (seen: string, cause?: unknown) => new InfraError('MONITORING_FAILED', `expected ${service} at ${url.host} to answer, got: ${seen}`, `task status; task logs -- ${service}`, { cause })
    const answer = await callHttps(url, files, { method, body, timeoutMs: 10_000 }).catch((error: unknown): Answer => {
      checkpoint()
      throw refusedCertificate(error, `${service} at ${url.host}`, files) ?? failed(messageOf(error), error)
    })
    if (answer.status !== 200) throw failed(`${answer.status} ${answer.text.trim()}`)
    return answer.text ? JSON.parse(answer.text) : undefined
  }
  return {
    active: async () => activeShape.parse(await call('alertmanager', '/api/v2/alerts')),
    post: async (alerts: NewAlert[]) => void (await call('alertmanager', '/api/v2/alerts', alerts)),
    silence: async (alertname: string, minutes: number, by: string, comment: string) => {
      const [startsAt, endsAt] = [new Date(), new Date(Date.now() + minutes * 60_000)]
      const matchers = [{ name: 'alertname', value: alertname, isRegex: false, isEqual: true }]
      const body = { matchers, startsAt, endsAt, createdBy: by, comment }
      return z.object({ silenceID: z.string() }).parse(await call('alertmanager', '/api/v2/silences', body)).silenceID
    },
    /** of all there ever were within Alertmanager's memory, whoever set them */
    silences: async () => silencesShape.parse(await call('alertmanager', '/api/v2/silences')),
    unsilence: async (id: string) => void (await call('alertmanager', `/api/v2/silence/${encodeURIComponent(id)}`, undefined, 'DELETE')),
    received: async () => receivedShape.parse(await call('alert-receiver', '/alerts')),
    telegram: async () => telegramShape.parse(await call('alert-receiver', '/telegram')),
  }
}
