import { sinceOf } from '../copies.ts'
import { compareTopic } from '../mirror.ts'
import { type Claim, type Group, judged, prove, settled, type Subject, Unproven } from './check.ts'
import { connectorsRun } from './storage.ts'

/** What MirrorMaker keeps in the analytics cluster is what stands in the primary, record by record. */
export const mirror: Group = {
  name: 'mirror',
  about: 'every mirrored topic equals its original by count and by hash',
  profile: 'analytics',
  run: (subject) => prove('mirror', [connectorsRun(subject.env, 'mirror', subject.config.connectors.mirror.map(({ name }) => name)), ...copiesEqual(subject)], { progress: subject.progress }),
}

/** What brings records to a topic that may have none. */
const bring: Record<string, string> = { 'client.events': 'task simulate' }

function copiesEqual({ env, config }: Subject): Claim[] {
  const { mirrored, topics } = config.clusters.analytics
  return mirrored.map((topic) => ({
    name: `${topic} equals its original`,
    expected: 'the same records in the same order, partition by partition',
    timeoutMs: 60_000,
    look: (alive) => {
      const isCompacted = topics.some(({ name, config: settings }) => name === topic && settings['cleanup.policy'] === 'compact')
      return settled(async () => {
        const { primary, analytics, hash, difference } = await compareTopic(env, topic, isCompacted, await sinceOf(env, topic), alive)
        if (primary + analytics === 0) throw new Unproven('no record in either', bring[topic] ?? 'task shop -- send data/products.json')
        return judged(difference === '', difference || `${primary} and ${analytics} records, ${hash}`)
      })
    },
  }))
}
