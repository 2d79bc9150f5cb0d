import { onCluster } from '../../../clients/environment.ts'
import { pause } from '../../../clients/interruption.ts'
import { followTopic, kafkaClient, topicOffsets } from '../../../clients/kafka.ts'
import { type Sender, withSender } from '../../../clients/sender.ts'
import { type Benchmark, percentile } from './measure.ts'

const perSecond = 500
const seconds = 20
const topic = 'client.events'
// each partition has requests of its own: with less, brokers are busy with requests of one record
const lingerMs = 100
// the first records after a start find code that is not compiled yet
const warmUp = 25 * perSecond

/** How long after it was sent to the primary cluster a record can be read, committed, on the analytics cluster. */
export const mirror: Benchmark = {
  name: 'mirror',
  needs: 'platform',
  run: async (env, progress) => {
    const copy = kafkaClient(onCluster(env, 'analytics'), 'operator')
    const total = perSecond * seconds
    const { end } = await topicOffsets(copy, topic)
    const delays: number[] = []
    const reading = followTopic(copy, 'operator', {
      topic,
      from: end,
      awaited: `${total} records on the analytics cluster`,
      timeoutMs: 120_000,
      onRecord: ({ value }) => {
        delays.push(Date.now() - Number(value?.toString()))
        progress(`${delays.length} of ${total} seen`)
        return delays.length >= total + warmUp
      },
    })
    await Promise.all([reading, withSender(env, { principal: 'client-api', topic }, lingerMs, (sender) => sendSteadily(sender, total + warmUp))])
    const counted = delays.slice(warmUp)
    return [
      { what: `mirror lag at ${perSecond}/s, p50`, value: percentile(counted, 0.5), unit: 'ms' },
      { what: `mirror lag at ${perSecond}/s, p99`, value: percentile(counted, 0.99), unit: 'ms', target: { atMost: 1_000 } },
    ]
  },
}

/** A record carries the time at which it was handed to the sender. */
async function sendSteadily(sender: Sender, total: number): Promise<void> {
  const started = performance.now()
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - started) * perSecond) / 1000))
    for (; sent < due; sent++) await sender.add(String(sent), Buffer.from(String(Date.now())))
    await pause(10)
  }
  await sender.flush()
}
