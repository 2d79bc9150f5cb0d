import { readFile } from 'node:fs/promises'
import { connectRest } from './connect.ts'
import { certificateFiles, type CertificateFiles, type Environment, workers } from './environment.ts'
import { hdfsState } from './hdfs.ts'
import { callHttps } from './https.ts'
import { kafkaClient, withAdmin } from './kafka.ts'
import { withPostgres } from './postgres.ts'
import { sparkState } from './spark.ts'

/** As whom a probe looks: a principal of the platform, and one that Connect's REST interface takes. */
export type Looker = { principal: string; rest: string }
const operator: Looker = { principal: 'operator', rest: 'connect-admin' }

/** Looks once whether a service does its work; throws, saying what was seen, when it does not yet. */
type Probe = (env: Environment, target: string, pid?: number, as?: Looker) => Promise<void>

const queryMs = 5_000

async function isOk(url: string, files: CertificateFiles): Promise<void> {
  const { status } = await callHttps(new URL(url), files, { timeoutMs: 2_000 })
  if (status !== 200) throw new Error(`status ${status}`)
}

/** What `healthcheck: test: [CMD, ready, KIND, TARGET]` in compose.yaml can name. */
export const probes: Record<string, Probe> = {
  /** the broker is a registered, unfenced member of its cluster */
  kafka: async (env, target, _pid, { principal } = operator) => {
    const brokers = await withAdmin(kafkaClient({ ...env, kafka: { brokers: [target] } }, principal, 'quick'), (admin) => admin.describeCluster()).then((cluster) => cluster.brokers)
    const members = brokers.map(({ host, port }) => `${host}:${port}`)
    if (!members.includes(target)) throw new Error(`its cluster is ${members.join(', ') || 'empty'}`)
  },
  postgres: (env, _target, _pid, { principal } = operator) => {
    // the operator looks at it before our database has been made
    const database = principal === operator.principal ? 'postgres' : env.postgres.database
    return withPostgres({ ...env, postgres: { ...env.postgres, database } }, principal, async (db) => void (await db.query('select 1')), queryMs)
  },
  /** answers, and has handed out the connectors that it has had before */
  connect: async (env, target, _pid, { rest: shown } = operator) => {
    const worker = workers.find((name) => name === target)
    if (!worker) throw new Error(`${target} is no Connect worker`)
    const rest = connectRest(env, worker, shown)
    await rest.health()
    const connectors = Object.entries(await rest.states())
    const waiting = connectors.filter(([, { status }]) => [status.connector, ...status.tasks].some(({ state }) => state === 'UNASSIGNED')).map(([name]) => name)
    if (waiting.length > 0) throw new Error(`not handed out yet: ${waiting.join(', ')}`)
  },
  /** the NameNode is out of safe mode and hears of at least one DataNode */
  hdfs: async (env) => {
    const { safeMode, liveDataNodes } = await hdfsState(env)
    if (safeMode) throw new Error(safeMode)
    if (liveDataNodes.length === 0) throw new Error('no DataNode has reported')
  },
  /** the NameNode hears of the DataNode with this transfer port */
  datanode: async (env, target) => {
    const { liveDataNodes } = await hdfsState(env)
    if (!liveDataNodes.includes(Number(target))) throw new Error(`the NameNode knows the DataNodes ${liveDataNodes.join(', ') || '(none)'}`)
  },
  'spark-master': async (env) => {
    if (!(await sparkState(env)).alive) throw new Error('the master is not in charge')
  },
  /** the master hears of the worker with this port */
  'spark-worker': async (env, target) => {
    const { workers } = await sparkState(env)
    if (!workers.includes(Number(target))) throw new Error(`the master knows the workers ${workers.join(', ') || '(none)'}`)
  },
  /** answers, and takes the certificate of `monitor` */
  https: (env, target) => isOk(`https://${target}/-/ready`, certificateFiles(env, 'monitor', 'monitoring-ca')),
  /** answers, and takes the certificate of `on-call` */
  alertmanager: (env, target) => isOk(`https://${target}/-/ready`, certificateFiles(env, 'on-call', 'alerting-ca')),
  /** answers, and its database is there */
  grafana: (env, target) => isOk(`https://${target}/api/health`, certificateFiles(env, 'monitor', 'monitoring-ca')),
  /** the program has written its process id into a file; one that an earlier process left does not count; who does not know the id sees whether it lives */
  file: async (_env, target, pid) => {
    const written = (await readFile(target, 'utf8')).trim()
    if (pid === undefined) process.kill(Number(written), 0)
    else if (written !== String(pid)) throw new Error(`${target} holds ${written}`)
  },
}
