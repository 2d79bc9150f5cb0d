import { certificateFiles, type Environment } from '../../clients/environment.ts'
import { messageOf } from '../../clients/errors.ts'
import { type Answer, callHttps } from '../../clients/https.ts'

/** What may be read of Alertmanager through the receiver, and where it is there (its API v2). */
const readable = { '/active': '/api/v2/alerts', '/silences': '/api/v2/silences' } as const
type Readable = keyof typeof readable

export const isReadable = (path: string): path is Readable => Object.hasOwn(readable, path)

/** Less than callers of the receiver wait, so that they are told who is silent. */
const answersWithinMs = 5_000

/**
 * Asks Alertmanager for those who may read and not silence. It knows no rights by path, so nothing of the caller's
 * request reaches it.
 *
 * @returns its answer; status 502, with what was seen instead, when there is none
 */
export async function askAlertmanager(env: Environment, path: Readable): Promise<Answer & { type?: string }> {
  const url = new URL(readable[path], `https://${env.host}:${env.variables.ALERTMANAGER_PORT}`)
  const files = certificateFiles(env, 'alert-reader', 'alerting-ca')
  try {
    const { status, text } = await callHttps(url, files, { timeoutMs: answersWithinMs })
    if (status !== 200) return { status: 502, text: `${status} ${text.trim()}` }
    return { status, text, type: 'application/json' }
  } catch (error) {
    return { status: 502, text: messageOf(error) }
  }
}
