import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { CheckError, InfraError, messageOf, PrerequisiteError, UsageError, VygodnoError } from '../../clients/errors.ts'
import { hdfsState } from '../../clients/hdfs.ts'
import { checkpoint } from '../../clients/interruption.ts'
import { eachLine } from '../../clients/lines.ts'
import { shellQuoted } from '../../clients/shell.ts'
import { sparkState } from '../../clients/spark.ts'
import { cleanEnvironment } from '../../clients/surroundings.ts'
import { archiveOptions, keepArchive } from './cds.ts'
import { outcomeOf } from './children.ts'
import { jdkProgram, jdkVariables } from './jdk.ts'
import { logOptions } from './log-options.ts'
import { stackSecrets } from './secrets.ts'
import { oneTemporary, temporaryOptions } from './temporary.ts'
import { render } from './variables.ts'

/**
 * A job of Spark: a main class in the jars of a module of `apps/`, and its `--key value` arguments. One that is `local`
 * works on files of this machine and needs no HDFS.
 */
export type Job = { module: 'lake' | 'recommend'; main: string; arguments: Record<string, string>; local?: true }

/** What a job says on stdout, one JSON object a line. */
const lineShape = z.looseObject({ stage: z.string(), seconds: z.number() })
export type Line = z.infer<typeof lineShape>

const principal = 'analytics'

const anew = 'export LAKE=/another-lake; task apply -- folders; task analytics -- ingest'

/** What to do about the failures that a job names; docs/errors.md#analytics has the same list. */
const hints: Record<string, string> = {
  CHECKPOINT_FOREIGN: `begin anew: ${anew}; or go back to the cluster it belongs to`,
  CHECKPOINT_LOST: `restore that folder in HDFS, or begin anew: ${anew}`,
  CONTROL_FAILED: 'the measuring is wrong, not the models: less .stack/*/data/evaluation/evaluation.md',
  KAFKA_DENIED: 'task apply',
  KAFKA_UNREACHABLE: 'task status, then task up',
  LAKE_BUSY: 'wait for the other job, or end it',
  LAKE_CHANGED: 'the same command again',
  LAKE_DENIED: 'task apply -- folders',
  LAKE_UNREACHABLE: 'task status, then task up',
  NO_EVENTS: 'task client -- view 10101 --user alice (or task simulate), then task analytics -- ingest',
  NO_PRODUCTS: 'task shop -- send data/products.json, then task analytics -- ingest',
  RECORDS_GONE: `begin anew with what Kafka still has: ${anew}`,
  TOPIC_MISSING: 'task apply',
}

/**
 * Submits a job to Spark by spark-submit's own main class and waits for its end. The driver runs here, on this stack's
 * loopback address; the executors run in it, too, unless SPARK_MASTER says otherwise.
 *
 * @param onLine called for each line the job says, with a way to end it
 * @returns all of its lines
 * @throws VygodnoError with the code that the job ended with, `HDFS_SAFE_MODE`, `HDFS_NO_DATANODE`, `HDFS_FAILED`,
 *   `SPARK_UNREACHABLE`, `SPARK_NO_WORKER`, `SPARK_OUT_OF_MEMORY`, `JOB_KILLED`, or `INTERRUPTED`
 */
export async function submit(env: Environment, job: Job, onLine: (line: Line, end: (signal: NodeJS.Signals) => void) => void): Promise<Line[]> {
  if (!job.local) await requireHdfs(env)
  await requireWorker(env)
  // one for all jobs of a module: each would take 160-200 MB, and the classes are nearly the same
  const cds = { archive: `spark-${job.module}`, jars: `spark,${job.module}`, train: true }
  const log = join(env.stack, 'logs', 'spark.log')
  mkdirSync(join(env.stack, 'data', 'spark'), { recursive: true, mode: 0o700 })
  const temporary = oneTemporary(env, 'spark')
  const child = spawn(jdkProgram('java'), [...archiveOptions(env, cds, true), ...temporaryOptions(temporary), ...command(env, job, log)], {
    cwd: join(env.stack, 'data', 'spark'),
    env: cleanEnvironment({ ...jdkVariables(), HADOOP_USER_NAME: principal, SPARK_LOCAL_IP: env.host }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const end = (signal: NodeJS.Signals) => child.kill(signal)
  const lines: Line[] = []
  let [said, failure] = ['', '']
  const heard = eachLine(child.stdout, (text) => {
    const line = lineShape.safeParse(attempt(text)).data
    if (!line) return void (said += `${text}\n`)
    lines.push(line)
    onLine(line, end)
  })
  const complaints = eachLine(child.stderr, (text) => {
    if (/^[A-Z][A-Z_]+ /.test(text)) failure = text
    said += `${text}\n`
  })
  const outcome = await outcomeOf(child).finally(() => rmSync(temporary, { recursive: true, force: true }))
  await Promise.all([heard, complaints])
  const how = typeof outcome === 'number' ? `exit code ${outcome}` : `signal ${outcome}`
  checkpoint()
  if (how !== 'exit code 0') {
    const failed = failureOf(env, job, how, failure, said, log)
    // Spark has many words for a file system that went away
    if (failed.code === 'JOB_FAILED' && !job.local) await requireHdfs(env)
    throw failed
  }
  // a job that failed has not loaded all of its classes
  keepArchive(env, cds)
  return lines
}

function command(env: Environment, job: Job, log: string): string[] {
  const [jars, master] = [join(env.build, 'jars', job.module), env.variables.SPARK_MASTER ?? '']
  const main = join(jars, `${job.module}-0.1.0.jar`)
  // executors elsewhere do not have them
  const others = readdirSync(jars).map((name) => join(jars, name)).filter((jar) => jar !== main)
  return [
    `@${join(env.root, 'config', 'spark', 'jvm.options')}`,
    `-Xmx${env.variables.SPARK_MEMORY}`,
    ...logOptions(env, 'spark', log),
    '-cp',
    `${join(env.build, 'jars', 'spark')}/*:${jars}/*`,
    'org.apache.spark.deploy.SparkSubmit',
    '--master',
    master,
    '--properties-file',
    settings(env),
    ...(master.startsWith('local') ? [] : ['--jars', others.map((jar) => pathToFileURL(jar).href).join(',')]),
    '--class',
    job.main,
    pathToFileURL(main).href,
    ...Object.entries(job.arguments).flatMap(([key, value]) => [`--${key}`, value]),
  ]
}

/** Writes what jobs are submitted with; those for this stack's own master know its secret. Returns the file. */
export function settings(env: Environment): string {
  const file = join(env.stack, 'config', 'spark', 'spark.properties')
  const parts = env.variables.SPARK_MASTER === env.spark.url ? ['spark.properties', 'cluster.properties'] : ['spark.properties']
  const text = parts.map((name) => render(readFileSync(join(env.root, 'config', 'spark', name), 'utf8'), { ...env.variables, ...stackSecrets(env) }, `config/spark/${name}`))
  if (existsSync(file) && readFileSync(file, 'utf8') === text.join('')) return file
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text.join(''), { mode: 0o600 })
  return file
}

/** A job would wait for a worker in silence. Who other masters are, and whom they serve, is not for us to ask. */
async function requireWorker(env: Environment): Promise<void> {
  if (env.variables.SPARK_MASTER !== env.spark.url) return
  const { workers } = await sparkState(env)
  if (workers.length === 0) throw new InfraError('SPARK_NO_WORKER', `expected a worker at the Spark master ${env.spark.url}, it has none`, 'COMPOSE_PROFILES=core,analytics,spark task up')
}

/** Told apart here, because a job would wait for minutes. */
async function requireHdfs(env: Environment): Promise<void> {
  const { safeMode, liveDataNodes } = await hdfsState(env)
  if (safeMode) throw new InfraError('HDFS_SAFE_MODE', `expected HDFS to take writes, it is in safe mode: ${safeMode.trim()}`, 'task status; it leaves safe mode by itself when its DataNodes have reported: task up')
  if (liveDataNodes.length === 0) throw new InfraError('HDFS_NO_DATANODE', 'expected at least one DataNode, the NameNode hears of none', 'task status, then task up')
}

function failureOf(env: Environment, job: Job, how: string, failure: string, said: string, log: string): VygodnoError {
  const [code = '', ...words] = failure.split(' ')
  const memory = env.variables.SPARK_MEMORY
  // ExitOnOutOfMemoryError ends the JVM with 3
  if (code === 'SPARK_OUT_OF_MEMORY' || how === 'exit code 3' && said.includes('OutOfMemoryError'))
    return new InfraError('SPARK_OUT_OF_MEMORY', `expected ${job.main} to fit into a heap of ${memory} (SPARK_MEMORY), it did not`, `SPARK_MEMORY=${enlarged(memory ?? '1g')} and the same command again; nothing is lost`)
  if (how.startsWith('signal') || how === 'exit code 137' || how === 'exit code 143') return new InfraError('JOB_KILLED', `expected ${job.main} to end by itself, it was ended by ${how}`, 'the same command again: it goes on from the last commit')
  if (!code) return new InfraError('JOB_FAILED', `expected ${job.main} to succeed, ${how}\n${said.trim().split('\n').slice(-15).join('\n')}`, `less ${shellQuoted(log)}`)
  const Kind = how === 'exit code 2' ? UsageError : how === 'exit code 3' ? PrerequisiteError : how === 'exit code 4' ? CheckError : InfraError
  return new Kind(code, words.join(' '), hints[code] ?? `DEBUG=1 shows more; less ${shellQuoted(log)}`, { cause: new Error(said) })
}

function enlarged(memory: string): string {
  const [, size = '1', unit = 'g'] = /^(\d+)([a-z]*)$/i.exec(memory) ?? []
  return `${Number(size) * 2}${unit}`
}

function attempt(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return messageOf(error)
  }
}
