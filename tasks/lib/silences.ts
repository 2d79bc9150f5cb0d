import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { UsageError } from '../../clients/errors.ts'
import { didYouMean } from '../../clients/suggestion.ts'
import { onCall, type Silence } from './monitoring.ts'
import { loadYaml } from './yaml.ts'

const rulesShape = z.looseObject({ groups: z.array(z.looseObject({ rules: z.array(z.looseObject({ alert: z.string().optional() })) })) })

/** That it keeps arriving shows that all others would: without it nobody would hear that nobody is told. */
const neverSilent = 'Watchdog'

/** The alerts that config/prometheus/rules declares. */
function declaredAlerts(env: Environment): string[] {
  const folder = join(env.root, 'config', 'prometheus', 'rules')
  const groups = readdirSync(folder).sort().flatMap((name) => loadYaml(join(folder, name), env.root, rulesShape).value?.groups ?? [])
  return groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []))
}

/** The alerts that may be silenced. */
export const silenceable = (env: Environment): string[] => declaredAlerts(env).filter((alert) => alert !== neverSilent)

/** @throws UsageError `ALERT_UNKNOWN` for a name that no alert has, or that of the watchdog, which is never silenced */
export function requireAlert(env: Environment, name: string): void {
  const known = silenceable(env)
  if (name === neverSilent) throw new UsageError('ALERT_UNKNOWN', `expected an alert other than ${name}: as long as it arrives, all others would`, 'task alerts -- silence --help')
  if (!known.includes(name)) throw new UsageError('ALERT_UNKNOWN', `expected one of ${known.join(', ')}, got ${JSON.stringify(name)}${didYouMean(name, known)}`, 'task alerts')
}

const operators = { 'true true': '=~', 'true false': '!~', 'false true': '=', 'false false': '!=' } as const

/** What a silence covers, as Alertmanager writes matchers; one of `task alerts -- silence` is the name alone. */
export function covers({ matchers }: Pick<Silence, 'matchers'>): string {
  const [only] = matchers
  if (only && matchers.length === 1 && only.name === 'alertname' && !only.isRegex && only.isEqual) return only.value
  return matchers.map(({ name, value, isRegex, isEqual }) => `${name}${operators[`${isRegex} ${isEqual}`]}${JSON.stringify(value)}`).join(', ')
}

// what lasts longer than a week is no silence but a rule that should be changed
export const mostMinutes = 7 * 24 * 60

/** Why a silence, whoever set it, hides more than one may: `covers Watchdog`, `lasts longer than a week`; nothing for most. */
export function excesses({ matchers, startsAt, endsAt }: Pick<Silence, 'matchers' | 'startsAt' | 'endsAt'>): string[] {
  const named = matchers.filter(({ name }) => name === 'alertname')
  const isLong = Date.parse(endsAt) - Date.parse(startsAt) > mostMinutes * 60_000
  return [...(named.every(matchesWatchdog) ? [`covers ${neverSilent}`] : []), ...(isLong ? ['lasts longer than a week'] : [])]
}

function matchesWatchdog({ value, isRegex, isEqual }: Silence['matchers'][number]): boolean {
  if (!isRegex) return (value === neverSilent) === isEqual
  try {
    return new RegExp(`^(?:${value})$`, 's').test(neverSilent) === isEqual
  } catch {
    return true // Alertmanager has other regular expressions: what can't be judged is taken for the worst
  }
}

/**
 * Silences in force, whoever set them, and such as will be; those that end first come first.
 *
 * @param from who may read them: `monitoring(env)`, or `onCall(env)` before a change
 */
export async function silencesInForce(from: { silences(): Promise<Silence[]> }): Promise<Silence[]> {
  const all = await from.silences()
  return all.filter(({ status }) => status.state !== 'expired').sort((one, other) => one.endsAt.localeCompare(other.endsAt))
}

/**
 * Lifts silences: the one with an id, or all that cover exactly the alert with a name.
 *
 * @throws UsageError `SILENCE_UNKNOWN` when none in force is meant
 */
export async function lift(env: Environment, nameOrId: string): Promise<Silence[]> {
  const alertmanager = onCall(env)
  const inForce = await silencesInForce(alertmanager)
  const meant = inForce.filter((silence) => silence.id === nameOrId || covers(silence) === nameOrId)
  const seen = inForce.length === 0 ? 'none' : inForce.map((silence) => `${covers(silence)} (${silence.id})`).join('; ')
  if (meant.length === 0) throw new UsageError('SILENCE_UNKNOWN', `expected an alert or the id of a silence in force, got ${JSON.stringify(nameOrId)}; in force: ${seen}`, 'task alerts -- silences')
  for (const { id } of meant) await alertmanager.unsilence(id)
  return meant
}
