import { z } from 'zod'
import type { Environment } from '../../../clients/environment.ts'
import { type Kafka, kafkaClient, type Read, readTopic } from '../../../clients/kafka.ts'
import { offsetsAt } from '../../../clients/positions.ts'
import { bannedCanaryId } from '../../../clients/product.ts'
import { monitoringIdentity, topicOf } from '../../../clients/stores.ts'
import { idsInPostgres, liveKeys } from '../observe.ts'
import { type Alive, judged, settled, type Verdict } from './check.ts'

/** The exporter sends one a minute. */
const freshMs = 5 * 60_000
const auditShape = z.object({ action: z.string() })

/** What became of the product that monitoring sends for a reserved rule to hold back; open where none has been sent of late. */
export async function heldBackCanary(env: Environment, alive: Alive): Promise<Verdict> {
  if (!env.profiles.includes('monitoring')) return { outcome: 'open', seen: 'no canary: profile monitoring is off', hint: 'task shop -- send data/products.json' }
  const kafka = kafkaClient(env, 'operator')
  const topic = topicOf(monitoringIdentity)
  if (!(await lastCanary(kafka, topic))) return { outcome: 'open', seen: 'no banned canary within 5 minutes', hint: 'task status; task logs -- exporter' }
  return settled(async () => {
    const [sent, held] = [await lastCanary(kafka, topic), await lastCanary(kafka, 'catalog.blocked')]
    for (const [place, read] of [['catalog.products', liveKeys(env, 'catalog.products', alive)], ['PostgreSQL', idsInPostgres(env, 'operator', alive)]] as const)
      if ((await read).has(bannedCanaryId)) return judged(false, `the banned canary has passed: it stands in ${place}`)
    if (!held?.value || held.timestampMs < (sent?.timestampMs ?? 0)) return judged(false, 'the banned canary was sent and not held back')
    const { action } = auditShape.parse(JSON.parse(held.value.toString()))
    return judged(action === 'blocked', `the banned canary was ${action} ${Math.round((Date.now() - held.timestampMs) / 1000)} s ago`)
  })
}

async function lastCanary(kafka: Kafka, topic: string): Promise<Read | undefined> {
  let last: Read | undefined
  await readTopic(kafka, 'operator', topic, (record) => void (record.key === bannedCanaryId && record.value !== null && (last = record)), await offsetsAt(kafka, topic, Date.now() - freshMs))
  return last
}
