import { askBroker } from './any-broker.ts'
import type { Environment } from './environment.ts'
import { type Wire, Writer } from './wire.ts'

/** A transaction that is not ended yet: whose, since when, and the topics in which all that was written later waits for it. */
export type OpenTransaction = { transactionalId: string; startedAt: string; timeoutMs: number; topics: string[] }

const list = { api: 66, version: 1 }
const describe = { api: 65, version: 0 }

/**
 * Transactions that have been open for some time, as their coordinators know them (KIP-664, KIP-994). A broker that does not
 * answer is passed over: that it is down others say.
 *
 * @param olderThanMs how long they have been open at least
 */
export async function openTransactions(env: Environment, principal: string, olderThanMs: number): Promise<OpenTransaction[]> {
  const asked = env.kafka.brokers.map((broker) =>
    askBroker(env, broker, principal, async (wire) => {
      const ids = await ongoing(wire, olderThanMs)
      return ids.length > 0 ? described(wire, ids) : []
    }),
  )
  return (await Promise.allSettled(asked)).flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
}

// 0 ends the header, and the body: no tags
async function ongoing(wire: Wire, olderThanMs: number): Promise<string[]> {
  const body = new Writer()
    .varint(0)
    .compactArray(['Ongoing', 'PrepareCommit', 'PrepareAbort'], (writer, state) => writer.compactString(state))
    .compactArray([], () => {})
    .int64(olderThanMs)
    .varint(0)
  // time of throttling, error
  const reader = (await wire.ask(list.api, list.version, body)).tags().skip(6)
  reader.compactArray(() => reader.compactString())
  return reader.compactArray(() => {
    const id = reader.compactString()
    // number of the producer
    reader.skip(8).compactString()
    reader.tags()
    return id
  })
}

async function described(wire: Wire, ids: string[]): Promise<OpenTransaction[]> {
  const body = new Writer().varint(0).compactArray(ids, (writer, id) => writer.compactString(id)).varint(0)
  const reader = (await wire.ask(describe.api, describe.version, body)).tags().skip(4)
  return reader.compactArray(() => {
    reader.skip(2)
    const transactionalId = reader.compactString()
    reader.compactString()
    const [timeoutMs, startedMs] = [reader.int32(), Number(reader.int64())]
    // number and epoch of the producer
    reader.skip(10)
    const topics = reader.compactArray(() => {
      const topic = reader.compactString()
      reader.compactArray(() => reader.int32())
      reader.tags()
      return topic
    })
    reader.tags()
    return { transactionalId, startedAt: new Date(startedMs).toISOString(), timeoutMs, topics }
  })
}
