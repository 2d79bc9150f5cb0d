import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { messageOf } from '../../clients/errors.ts'

const tokenShape = z.string().regex(/^\d+:[\w-]{20,}$/)
const chatShape = z.string().regex(/^(-?\d+|@\w+)$/)
const answerShape = z.object({ ok: z.boolean(), description: z.string().optional() })
const longestWaitMs = 10_000

/** Where messages go; `problem` says what is wrong with what is configured. */
type Settings = { token: string; chat: string } | { problem: string } | undefined

/** Read each time, so that a token takes effect without a restart; undefined when there is neither file. */
function settings(env: Environment): Settings {
  const read = (name: string) => {
    const file = join(env.stack, 'secrets', name)
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
  }
  const [token, chat] = [read('telegram.token'), read('telegram.chat')]
  if (token === undefined && chat === undefined) return undefined
  if (!tokenShape.safeParse(token).success) return { problem: 'secrets/telegram.token: expected a token of the form 123456:ABC…, got something else' }
  if (!chatShape.safeParse(chat).success) return { problem: 'secrets/telegram.chat: expected a chat id such as -1001234567890 or @channel, got something else' }
  return { token: token ?? '', chat: chat ?? '' }
}

/** Whether the Bot API is configured, and why not if it is meant to be. */
export function telegramState(env: Environment): 'off' | 'on' | { problem: string } {
  const found = settings(env)
  if (!found) return 'off'
  return 'problem' in found ? found : 'on'
}

/**
 * Sends one message (https://core.telegram.org/bots/api#sendmessage). The token is part of the address, so no address and
 * no error of fetch's own may be shown.
 *
 * @param text in Telegram's HTML
 * @throws Error with what the Bot API said; nothing in it is secret
 */
export async function sendTelegram(env: Environment, text: string): Promise<void> {
  const found = settings(env)
  if (!found) return
  if ('problem' in found) throw new Error(found.problem)
  const { token, chat } = found
  const hidden = (message: string) => message.replaceAll(token, '[token]')
  const body = JSON.stringify({ chat_id: chat, text, parse_mode: 'HTML', disable_web_page_preview: true })
  const response = await fetch(`${env.variables.TELEGRAM_API}/bot${token}/sendMessage`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body, signal: AbortSignal.timeout(longestWaitMs),
  }).catch((error: unknown) => {
    throw new Error(`the Bot API did not answer: ${hidden(messageOf(error))}`)
  })
  const answer = answerShape.safeParse(await response.json().catch(() => undefined)).data
  if (!answer?.ok) throw new Error(`the Bot API refused: ${response.status} ${hidden(answer?.description ?? 'no reason given')}`)
}
