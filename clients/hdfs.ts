import { request } from 'node:http'
import { z } from 'zod'
import { within } from './deadline.ts'
import type { Environment } from './environment.ts'
import { InfraError, messageOf } from './errors.ts'
import type { Answer } from './https.ts'
import { checkpoint, orInterrupted } from './interruption.ts'

const infoShape = z.object({ beans: z.tuple([z.object({ Safemode: z.string(), LiveNodes: z.string() })]) })
const nodesShape = z.record(z.string(), z.object({ xferaddr: z.string(), lastContact: z.number() }))
const refusalShape = z.object({ RemoteException: z.object({ exception: z.string(), message: z.string() }) })
const statusShape = z.object({ owner: z.string(), permission: z.string(), type: z.enum(['FILE', 'DIRECTORY']), pathSuffix: z.string(), length: z.number() })

/** A file or a folder of HDFS; `permission` is octal, `length` is in bytes. */
export type HdfsStatus = z.infer<typeof statusShape>

/** The one page, beside WebHDFS, that apps/hdfs leaves open. */
export const statePage = '/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo'

/**
 * What the NameNode says of itself by JMX over HTTP.
 *
 * @returns why it is in safe mode (empty when it is not), and the transfer ports of the DataNodes it heard of lately
 */
export async function hdfsState(env: Environment): Promise<{ safeMode: string; liveDataNodes: number[] }> {
  const { beans } = infoShape.parse(await call(env, 'GET', statePage))
  const nodes = Object.values(nodesShape.parse(JSON.parse(beans[0].LiveNodes)))
  return { safeMode: beans[0].Safemode, liveDataNodes: nodes.map(({ xferaddr }) => Number(xferaddr.split(':').at(-1))) }
}

/**
 * HDFS over WebHDFS, for metadata only (https://hadoop.apache.org/docs/r3.5.0/hadoop-project-dist/hadoop-hdfs/WebHDFS.html).
 * Every call throws InfraError `HDFS_FAILED` with the NameNode's own words.
 *
 * @param user who is said to be asking; HDFS believes it
 */
export function webHdfs(env: Environment, user: string) {
  const ask = (method: string, path: string, op: string, parameters: Record<string, string> = {}) =>
    call(env, method, `/webhdfs/v1${encodeURI(path)}?${new URLSearchParams({ op, 'user.name': user, ...parameters })}`)
  return {
    /** undefined when there is nothing at the path */
    status: async (path: string): Promise<HdfsStatus | undefined> => {
      const answer = await ask('GET', path, 'GETFILESTATUS')
      return answer === undefined ? undefined : z.object({ FileStatus: statusShape }).parse(answer).FileStatus
    },
    /** empty when there is nothing at the path */
    list: async (path: string): Promise<HdfsStatus[]> => {
      const answer = await ask('GET', path, 'LISTSTATUS')
      return answer === undefined ? [] : z.object({ FileStatuses: z.object({ FileStatus: z.array(statusShape) }) }).parse(answer).FileStatuses.FileStatus
    },
    makeFolder: (path: string) => ask('PUT', path, 'MKDIRS'),
    setOwner: (path: string, owner: string) => ask('PUT', path, 'SETOWNER', { owner, group: owner }),
    setPermission: (path: string, permission: string) => ask('PUT', path, 'SETPERMISSION', { permission }),
  }
}

async function call(env: Environment, method: string, path: string): Promise<unknown> {
  const failed = (seen: string, cause?: unknown) =>
    new InfraError('HDFS_FAILED', `${method} ${env.hdfs.http}${path.split('?')[0]}: expected an answer, got: ${seen}`, 'task status; task logs -- namenode', { cause })
  const { status, text } = await orInterrupted(askDaemon(new URL(path, env.hdfs.http), { method })).catch((error: unknown) => {
    checkpoint()
    throw failed(messageOf(error), error)
  })
  if (status < 400) return text ? JSON.parse(text) : undefined
  const refusal = refusalShape.safeParse(attempt(text)).data?.RemoteException
  if (refusal?.exception === 'FileNotFoundException') return undefined
  throw failed(refusal ? `${refusal.exception}: ${refusal.message.split('\n')[0]}` : `status ${status}`)
}

function attempt(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Asks a page of a daemon of HDFS, as it is answered; whoever asks judges the status.
 *
 * @param host by which name it is called, its address by default
 * @throws SilenceError when the whole answer takes more than 10 s, else Error as node:http describes it
 */
export function askDaemon(url: URL, { method = 'GET', host = url.host }: { method?: string; host?: string } = {}): Promise<Answer> {
  const controller = new AbortController()
  const answer = new Promise<Answer>((resolve, reject) => {
    const asked = request(url, { method, headers: { host }, signal: controller.signal, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
  })
  return within(10_000, url.host, answer).finally(() => controller.abort())
}
