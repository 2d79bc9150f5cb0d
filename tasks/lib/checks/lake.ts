import { messageOf } from '../../../clients/errors.ts'
import { hdfsState, webHdfs } from '../../../clients/hdfs.ts'
import { type Claim, type Group, prove, type Subject } from './check.ts'

const stranger = 'client-api'

/** HDFS works, holds the lake, and lets nobody in but the principal that owns it. */
export const lake: Group = {
  name: 'lake',
  about: 'HDFS serves the lake, to its owner only',
  profile: 'analytics',
  run: (subject) => prove('lake', [works(subject), ...foldersAreClosed(subject)]),
}

function works({ env, services }: Subject): Claim {
  const declared = services.filter(({ probe, profile }) => probe?.kind === 'datanode' && env.profiles.includes(profile)).length
  return {
    name: 'HDFS works',
    expected: `out of safe mode, ${declared} DataNodes`,
    look: async () => {
      const { safeMode, liveDataNodes } = await hdfsState(env)
      return `${safeMode || 'out of safe mode'}, ${liveDataNodes.length} DataNodes`
    },
  }
}

function foldersAreClosed({ env, config }: Subject): Claim[] {
  return config.folders.flatMap(({ path: folder, owner, permission }): Claim[] => [
    { name: `${folder} belongs to ${owner}`, expected: `${owner} ${permission}`, look: async () => webHdfs(env, owner).status(folder).then((status) => `${status?.owner} ${status?.permission}`) },
    { name: `${owner} may look into ${folder}`, expected: 'a list', look: async () => webHdfs(env, owner).list(folder).then(() => 'a list') },
    {
      name: `${stranger} may not look into ${folder}`,
      expected: 'AccessControlException',
      look: () => webHdfs(env, stranger).list(folder).then(() => 'a list', (error: unknown) => ({ ok: messageOf(error).includes('AccessControlException'), seen: messageOf(error) })),
    },
  ])
}
