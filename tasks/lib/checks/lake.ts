import { onCluster } from '../../../clients/environment.ts'
import { messageOf } from '../../../clients/errors.ts'
import { hdfsState, webHdfs } from '../../../clients/hdfs.ts'
import { kafkaClient, topicOffsets } from '../../../clients/kafka.ts'
import { eventsInTopic, inventory } from '../lake.ts'
import { type Claim, type Group, judged, prove, settled, type Subject, Unproven } from './check.ts'

const stranger = 'client-api'

/** HDFS works, holds the events that were ingested, and lets nobody in but the principal that owns the lake. */
export const lake: Group = {
  name: 'lake',
  about: 'HDFS serves the lake, to its owner only; each event ingested is in it once',
  profile: 'analytics',
  run: (subject) => prove('lake', [works(subject), ...foldersAreClosed(subject), holdsEvents(subject)], { progress: subject.progress }),
}

function works({ env, services }: Subject): Claim {
  const declared = services.filter(({ probe, profile }) => probe?.kind === 'datanode' && env.profiles.includes(profile)).length
  return {
    name: 'HDFS works',
    expected: `out of safe mode, ${declared} DataNodes`,
    look: () =>
      settled(async () => {
        const { safeMode, liveDataNodes } = await hdfsState(env)
        return judged(!safeMode && liveDataNodes.length === declared, `${safeMode || 'out of safe mode'}, ${liveDataNodes.length} DataNodes`)
      }),
  }
}

function foldersAreClosed({ env, config }: Subject): Claim[] {
  return config.folders.flatMap(({ path: folder, owner, permission }): Claim[] => [
    { name: `${folder} belongs to ${owner}`, expected: `${owner} ${permission}`, look: async () => webHdfs(env, owner).status(folder).then((status) => `${status?.owner} ${status?.permission}`) },
    { name: `${owner} may look into ${folder}`, expected: 'a list', look: async () => webHdfs(env, owner).list(folder).then(() => 'a list') },
    {
      name: `${stranger} may not look into ${folder}`,
      expected: 'AccessControlException',
      look: () => webHdfs(env, stranger).list(folder).then(() => 'a list', (error: unknown) => judged(messageOf(error).includes('AccessControlException'), messageOf(error))),
    },
  ])
}

/** Up to the last record ingested; what came to the topic since is not yet owed. */
function holdsEvents({ env }: Subject): Claim {
  const analytics = onCluster(env, 'analytics')
  return {
    name: 'the lake equals client.events',
    expected: 'the same events, each once, as far as ingested',
    // a job of Spark says little until it ends, and one that fails ends by itself
    timeoutMs: 600_000,
    look: async (alive) => {
      const { start } = await topicOffsets(kafkaClient(analytics, 'operator'), 'client.events')
      const { count, digest, until, quarantined } = await inventory(env, { since: start, alive })
      if (count === 0) throw new Unproven('no event in the lake', 'task simulate; task analytics -- ingest')
      const topic = await eventsInTopic(analytics, { until, quarantined, alive })
      return judged(count === topic.count && digest === topic.digest, `${count} and ${topic.count} events, ${Object.values(quarantined).flat().length} of them in the quarantine, digests ${digest} and ${topic.digest}`)
    },
  }
}
