import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { followTopic, topicOffsets, withProducer } from '../../clients/kafka.ts'
import { partitionOf } from '../../clients/partition.ts'
import { answersTopic, appliedWithinMs, principal, talking, whoever } from './bans.ts'

const ownersTopic = 'catalog.owners'
const answerShape = z.object({ action: z.literal('transferred'), product_id: z.string(), from: z.string().nullable(), to: z.string(), change: z.string() })

/** What a transfer came to; `from` is null when nobody had listed the product. */
type Transferred = Omit<z.infer<typeof answerShape>, 'action'>

/**
 * Gives a product to a store, and returns when the filter has taken it over.
 *
 * @throws TimeoutError `KAFKA_AWAIT_TIMEOUT` when the filter does not answer; the transfer is written and will be applied
 */
export async function transferProduct(env: Environment, id: string, store: string, reason: string): Promise<Transferred> {
  return talking(env, async (kafka) => {
    const change = randomUUID()
    const [{ end }, { start: partitions }] = await Promise.all([topicOffsets(kafka, answersTopic), topicOffsets(kafka, ownersTopic)])
    const value = JSON.stringify({ store, reason, by: whoever(), at: new Date().toISOString(), change })
    const partition = partitionOf(Buffer.from(id), partitions.size)
    await withProducer(kafka, (producer) => producer.send({ topic: ownersTopic, acks: -1, messages: [{ partition, key: id, value }] }))
    let answered: Transferred | undefined
    await followTopic(kafka, principal, {
      topic: answersTopic,
      from: end,
      awaited: 'the answer of the product filter (the transfer itself is written and will be applied)',
      timeoutMs: appliedWithinMs,
      onRecord: ({ value: bytes }) => {
        const { data } = answerShape.safeParse(parsed(bytes))
        if (data?.change !== change) return false
        const { action: _, ...rest } = data
        answered = rest
        return true
      },
    })
    if (!answered) throw new Error('the answer was awaited')
    return answered
  }, ownersTopic)
}

function parsed(bytes: Buffer | null): unknown {
  try {
    return bytes && JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}
