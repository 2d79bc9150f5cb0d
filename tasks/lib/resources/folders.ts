import { webHdfs } from '../../../clients/hdfs.ts'
import type { Resource } from '../reconcile.ts'

const superuser = 'operator'

/** The folders of HDFS with their owner and permission: config/lake.yaml. */
export const folders: Resource = {
  kind: 'folders',
  profile: 'analytics',
  desired: ({ config }) => config.folders.map(({ path, owner, permission }) => ({ id: path, fields: { owner, permission } })),
  read: async ({ env, config }) => {
    const hdfs = webHdfs(env, superuser)
    const found = await Promise.all(config.folders.map(async ({ path }) => ({ path, status: await hdfs.status(path) })))
    return found.flatMap(({ path, status }) => (status ? [{ id: path, fields: { owner: status.owner, permission: status.permission } }] : []))
  },
  apply: async ({ env, config }, changes) => {
    const hdfs = webHdfs(env, superuser)
    for (const { path, owner, permission } of config.folders.filter((folder) => changes.some(({ id }) => id === folder.path))) {
      await hdfs.makeFolder(path)
      await hdfs.setOwner(path, owner)
      await hdfs.setPermission(path, permission)
    }
  },
}
