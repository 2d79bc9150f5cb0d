import { askAnyBroker } from './any-broker.ts'
import type { Environment } from './environment.ts'
import { type Reader, type Wire, Writer } from './wire.ts'

const metadata = { api: 3, version: 12 }
const anyTopic = '\0'.repeat(16)

/**
 * The ids of topics, by name, as Kafka writes them. A topic that was deleted and made anew has another one, which
 * neither its name nor its offsets tell (KIP-516); kafkajs 2.2.4 knows of no ids. What is not there, or may not be seen,
 * is left out.
 *
 * @throws InfraError when no broker of the cluster answers
 */
export function topicIds(env: Environment, principal: string, topics: string[]): Promise<Map<string, string>> {
  return askAnyBroker(env, principal, (wire) => ask(wire, topics))
}

async function ask(wire: Wire, topics: string[]): Promise<Map<string, string>> {
  // 0 ends header and topic: no tags; neither makes topics nor asks for rights
  const body = new Writer()
    .varint(0)
    .compactArray(topics, (writer, topic) => writer.raw(Buffer.from(anyTopic)).compactString(topic).varint(0))
    .int8(0)
    .int8(0)
    .varint(0)
  const reader = (await wire.ask(metadata.api, metadata.version, body)).tags().skip(4)
  reader.compactArray(() => broker(reader))
  reader.compactString()
  reader.skip(4)
  const answered = reader.compactArray(() => topic(reader))
  return new Map(answered.filter(({ code }) => code === 0).map(({ name, id }) => [name, id]))
}

function broker(reader: Reader): void {
  reader.skip(4).compactString()
  reader.skip(4).compactString()
  reader.tags()
}

function topic(reader: Reader): { code: number; name: string; id: string } {
  const [code, name, id] = [reader.int16(), reader.compactString(), reader.raw(16).toString('base64url')]
  reader.skip(1)
  reader.compactArray(() => {
    // error, partition, leader, epoch
    reader.skip(14)
    for (let list = 0; list < 3; list++) reader.compactArray(() => reader.int32())
    reader.tags()
  })
  reader.skip(4).tags()
  return { code, name, id }
}
