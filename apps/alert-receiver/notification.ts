import { z } from 'zod'
import { plainLine } from '../../clients/plain.ts'

const alertShape = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  startsAt: z.string(),
  endsAt: z.string(),
  fingerprint: z.string(),
})

/** An alert as Alertmanager tells it. */
export type Alert = z.infer<typeof alertShape>

/** What Alertmanager posts (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config, version 4). */
export const notificationShape = z.object({ version: z.literal('4'), alerts: z.array(alertShape) })

const labelsBeside = (labels: Record<string, string>) =>
  Object.entries(labels).filter(([name]) => !['alertname', 'severity', 'platform', 'job'].includes(name))

/** One line for the log, whatever its texts hold: `FIRING critical BrokerDown cluster=primary instance=kafka-2: summary`. */
export function asLine({ status, labels, annotations }: Alert): string {
  const where = labelsBeside(labels).map(([name, value]) => `${name}=${value}`)
  const head = [status.toUpperCase(), labels.severity ?? '', labels.alertname ?? '', ...where].filter(Boolean).join(' ')
  return plainLine(`${head}: ${annotations.summary ?? ''}`)
}

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const cut = (text: string, longest: number) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text)

/**
 * A message of Telegram in its HTML (https://core.telegram.org/bots/api#html-style). Its parts are cut so that it stays
 * below the 4096 characters that the Bot API takes.
 */
export function asMessage({ status, labels, annotations, startsAt, endsAt }: Alert): string {
  const severity = labels.severity ?? 'alert'
  const head = status === 'firing' ? `${severity === 'critical' ? '🔴' : '🟠'} FIRING · ${severity}` : '🟢 RESOLVED'
  const time = (iso: string) => `${iso.slice(0, 19).replace('T', ' ')} UTC`
  const seconds = Math.round((Date.parse(endsAt) - Date.parse(startsAt)) / 1000)
  const when = status === 'firing' ? `since ${time(startsAt)}` : `${time(endsAt)}, after ${seconds} s`
  const where = labelsBeside(labels).map(([name, value]) => `${name}: ${value}`).join(', ')
  const lines = [
    escape(head),
    `<b>${escape(cut(annotations.summary ?? labels.alertname ?? '', 500))}</b>`,
    ...(status === 'firing' ? [escape(cut(annotations.description ?? '', 2_000))] : []),
    escape(cut([labels.alertname ?? '', where].filter(Boolean).join(' · '), 500)),
    escape(when),
    ...(status === 'firing' && annotations.runbook ? [escape(cut(`runbook: ${annotations.runbook}`, 500))] : []),
  ]
  return lines.filter(Boolean).join('\n')
}
