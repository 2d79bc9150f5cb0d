import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { UsageError } from './errors.ts'
import { remember, remembered } from './remembered.ts'
import { shellQuoted } from './shell.ts'

/** PEM files of one principal: private key, leaf certificate, the CA that it trusts. */
export type CertificateFiles = { key: string; cert: string; ca: string; bundle: string }

/** The two Kafka clusters; what a program is not told otherwise is about the primary. */
export const clusters = ['primary', 'analytics'] as const
export type Cluster = (typeof clusters)[number]

/** The Connect workers: `connect` serves the primary cluster, `mirror` fills the analytics cluster. */
export const workers = ['connect', 'mirror'] as const
export type Worker = (typeof workers)[number]

/** Groups of services that are switched on together (Compose Specification, profiles). */
export const profiles = ['core', 'analytics', 'monitoring', 'grafana', 'hdfs3', 'spark'] as const
export type Profile = (typeof profiles)[number]

/** Where the services of one stack are and where its files lie. */
export type Environment = {
  root: string
  stack: string
  build: string
  host: string
  /** the cluster that `kafkaClient` speaks to, see `onCluster` */
  kafka: { brokers: string[] }
  clusters: Record<Cluster, { brokers: string[]; controllers: string[] }>
  postgres: { host: string; port: number; database: string }
  workers: Record<Worker, { url: string }>
  profiles: Profile[]
  /** HDFS: as Spark is told of it, and the NameNode's HTTP */
  hdfs: { url: string; http: string }
  /** this stack's standalone Spark: its master's URL and HTTP; jobs go to `SPARK_MASTER`, which may be another */
  spark: { url: string; http: string }
  /** what `${NAME}` in compose.yaml and in config files stands for */
  variables: Record<string, string>
}

/** The folder of the project. */
export function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'compose', 'compose.yaml'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('compose/compose.yaml was not found above the program')
    folder = parent
  }
  return folder
}

const readDeclared = (root: string) => parseEnv(readFileSync(join(root, 'compose', '.env'), 'utf8'))

/** The names that `compose/.env` declares, which a person may set otherwise. */
export const declaredNames = (): string[] => Object.keys(readDeclared(findRoot()))

/**
 * The stack this process works on. Addresses come from `compose/.env`, overridden by what the stack was last started with, and
 * that by the process's environment: `VYGODNO_STACK` (folder) and `VYGODNO_HOST` (loopback address) choose the stack. Two
 * stacks on one machine differ in both: every port is the same, the address is not.
 *
 * @throws UsageError when the host is not a loopback IPv4 address
 */
export function loadEnvironment(overrides: NodeJS.ProcessEnv = process.env): Environment {
  const root = findRoot()
  const declared = readDeclared(root)
  const stack = resolve(root, overrides.VYGODNO_STACK || (declared.VYGODNO_STACK ?? ''))
  const before = remembered(stack)
  const variable = (name: string) => {
    const value = overrides[name] || before[name] || declared[name]
    if (!value) throw new Error(`${name} is missing from compose/.env`)
    return value
  }
  const host = variable('VYGODNO_HOST')
  if (isIP(host) !== 4 || !host.startsWith('127.'))
    throw new UsageError(
      'HOST_NOT_LOOPBACK',
      `VYGODNO_HOST: expected a loopback IPv4 address (127.x.x.x), got ${JSON.stringify(host)}`,
      'unset VYGODNO_HOST, or set it to 127.0.0.1',
    )
  const build = join(root, '.stack', 'build')
  requireUsable(root, 'checkout')
  requireUsable(stack, 'stack')
  const nodes = (prefix: string) => ({
    brokers: [1, 2, 3].map((id) => `${host}:${variable(`${prefix}_${id}_PORT`)}`),
    controllers: [1, 2, 3].map((id) => `${host}:${variable(`${prefix}_${id}_CONTROLLER_PORT`)}`),
  })
  const both = { primary: nodes('KAFKA'), analytics: nodes('ANALYTICS') }
  const voters = (cluster: Cluster) => both[cluster].controllers.map((address, index) => `${index + 1}@${address}`).join(',')
  const switchedOn = readProfiles(variable('COMPOSE_PROFILES'))
  return {
    root,
    stack,
    build,
    host,
    kafka: both.primary,
    clusters: both,
    postgres: { host, port: Number(variable('POSTGRES_PORT')), database: variable('POSTGRES_DATABASE') },
    workers: {
      connect: { url: `https://${host}:${variable('CONNECT_PORT')}` },
      mirror: { url: `https://${host}:${variable('MIRROR_PORT')}` },
    },
    profiles: switchedOn,
    hdfs: { url: `hdfs://${host}:${variable('HDFS_PORT')}`, http: `http://${host}:${variable('HDFS_HTTP_PORT')}` },
    spark: { url: `spark://${host}:${variable('SPARK_MASTER_PORT')}`, http: `http://${host}:${variable('SPARK_MASTER_HTTP_PORT')}` },
    variables: {
      ...Object.fromEntries(Object.keys(declared).map((name) => [name, variable(name)])),
      ROOT: root,
      STACK: stack,
      BUILD: build,
      CERTS: join(stack, 'certs'),
      KAFKA_BROKERS: both.primary.brokers.join(','),
      KAFKA_VOTERS: voters('primary'),
      ANALYTICS_BROKERS: both.analytics.brokers.join(','),
      ANALYTICS_VOTERS: voters('analytics'),
      HDFS_REPLICATION: switchedOn.includes('hdfs3') ? '3' : '1',
    },
  }
}

/** Has the stack remember what it is started with now. */
export function rememberSettings({ root, stack, variables }: Environment): void {
  const declared = Object.entries(readDeclared(root)).filter(([name]) => name !== 'VYGODNO_STACK')
  remember(stack, Object.fromEntries(declared.flatMap(([name, value]) => (variables[name] === undefined || variables[name] === value ? [] : [[name, variables[name]]]))))
}

/**
 * Signs that no quoting helps: `:` divides class paths, `,` lists; Hadoop quotes for a shell by an apostrophe; others are
 * for globs, YAML and Connect. In a checkout go-task takes the paths of what it builds for words of a shell, and so does
 * initdb the server that lies beside it; in the URL of what is in a jar `!/` ends its name.
 */
const ofStack = [':', ',', '*', '?', '[', ']', '{', '}', '"', '\\', "'"]
const unusable = { checkout: [...ofStack, ';', '|', '<', '>', '$', '`', '!'], stack: ofStack }

function requireUsable(path: string, what: keyof typeof unusable): void {
  const isUnusable = (sign: string) => unusable[what].includes(sign) || /\p{Cc}/u.test(sign)
  if (![...path].some(isUnusable)) return
  const instead = [...path].map((sign) => (isUnusable(sign) ? '-' : sign)).join('')
  const expected = `the path of the ${what} without any of ${unusable[what].join(' ')} and control characters`
  const hint = what === 'stack' ? `choose another: VYGODNO_STACK=${shellQuoted(instead)}` : `move the checkout, such as to ${shellQuoted(instead)}`
  throw new UsageError('PATH_UNUSABLE', `expected ${expected}, got ${JSON.stringify(path)}`, hint)
}

function readProfiles(text: string): Profile[] {
  const named = text.split(',').map((name) => name.trim()).filter(Boolean)
  const known = profiles.filter((profile) => named.includes(profile))
  if (known.length !== named.length || !known.includes('core'))
    throw new UsageError('UNKNOWN_PROFILE', `COMPOSE_PROFILES: expected core and any of ${profiles.slice(1).join(', ')}, got ${JSON.stringify(text)}`, `COMPOSE_PROFILES=${profiles.join(',')} task up`)
  return known
}

/** The environment as seen by a program that works on one of the clusters. */
export function onCluster(env: Environment, cluster: Cluster): Environment {
  return { ...env, kafka: env.clusters[cluster] }
}

/**
 * The CAs of a stack: `ca` for the platform, `rest-ca` for Connect's REST interface, `monitoring-ca` for what watches and
 * who reads there, `alerting-ca` for Alertmanager and who may silence there.
 */
export type AuthorityName = 'ca' | 'rest-ca' | 'monitoring-ca' | 'alerting-ca'

/**
 * A file of a principal's own folder: keys of different principals never lie in one, so that who may read a folder can
 * read one principal's at most.
 *
 * @param suffix of the file's name, such as `.key`
 */
export function principalFile(env: Environment, principal: string, suffix: string): string {
  return join(env.stack, 'certs', principal, `${principal}${suffix}`)
}

/**
 * The certificate files of a principal of this stack; they exist once `task bootstrap` has made them.
 *
 * @param authority the CA that the principal trusts
 */
export function certificateFiles(env: Environment, principal: string, authority: AuthorityName = 'ca'): CertificateFiles {
  return {
    key: principalFile(env, principal, '.key'),
    cert: principalFile(env, principal, '.crt'),
    bundle: principalFile(env, principal, '.pem'),
    ca: join(env.stack, 'certs', `${authority}.crt`),
  }
}
