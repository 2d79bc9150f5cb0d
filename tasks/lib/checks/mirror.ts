import { connectRest } from '../../../clients/connect.ts'
import { compareTopic } from '../mirror.ts'
import { type Claim, type Group, prove, type Subject } from './check.ts'
import { settled } from './storage.ts'

/** What MirrorMaker keeps in the analytics cluster is what stands in the primary, record by record. */
export const mirror: Group = {
  name: 'mirror',
  about: 'every mirrored topic equals its original by count and by hash',
  profile: 'analytics',
  run: (subject) => prove('mirror', [connectorsRun(subject), ...copiesEqual(subject)]),
}

function copiesEqual({ env, config }: Subject): Claim[] {
  const { mirrored, topics } = config.clusters.analytics
  return mirrored.map((topic) => ({
    name: `${topic} equals its original`,
    expected: 'the same records in the same order, partition by partition',
    timeoutMs: 60_000,
    look: () => {
      const isCompacted = topics.some(({ name, config: settings }) => name === topic && settings['cleanup.policy'] === 'compact')
      return settled(async () => {
        const { primary, analytics, hash, difference } = await compareTopic(env, topic, isCompacted)
        return { ok: difference === '', seen: difference || `${primary} and ${analytics} records, ${hash}` }
      })
    },
  }))
}

function connectorsRun({ env, config }: Subject): Claim {
  return {
    name: 'MirrorMaker runs',
    expected: `${config.connectors.mirror.map(({ name }) => name).join(', ')} and their tasks RUNNING`,
    look: async () => {
      const all = await connectRest(env, 'mirror').connectors()
      const states = config.connectors.mirror.map(({ name }) => `${name} ${[all[name]?.status.connector, ...(all[name]?.status.tasks ?? [])].map((part) => part?.state ?? 'missing').join(' ')}`)
      return { ok: config.connectors.mirror.length > 0 && states.every((state) => /^\S+( RUNNING){2,}$/.test(state)), seen: states.join('; ') }
    },
  }
}
