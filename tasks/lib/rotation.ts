import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { connect } from 'node:tls'
import { certificateFiles, type Environment, principalFile } from '../../clients/environment.ts'
import { kafkaClient, withAdmin } from '../../clients/kafka.ts'
import { step } from '../../clients/terminal.ts'
import { distrustOld, endRotation, signByNext, trustNext } from './authorities.ts'
import { issue, readFacts, type Wanted, wantedFacts } from './certificates.ts'
import { type Service, servingPorts } from './compose.ts'
import { hasProgram, isOutdated, processOf, reload, restart } from './stack.ts'
import { until } from './until.ts'

/**
 * Replaces keys and certificates, then lets every service that shows or trusts them take the new ones, one at a time.
 * Interrupted, it can be run again.
 *
 * @param all what is declared, of which `wanted` is to be replaced
 */
export async function rotateLeaves(env: Environment, services: Service[], wanted: Wanted[], all: Wanted[]): Promise<void> {
  await issueMissing(env, all)
  await step(`new keys and certificates: ${wanted.map(({ name }) => name).join(', ')}`, () => issueAll(env, wanted))
  await roll(env, services)
}

/**
 * Replaces the CAs and everything they have signed. At no moment does anybody meet a certificate that it does not trust:
 * first all trust the old and the new, then all show certificates of the new, then nobody trusts the old any more.
 * Interrupted, it goes on where it was when it is run again.
 */
export async function rotateAuthorities(env: Environment, services: Service[], wanted: Wanted[]): Promise<void> {
  await issueMissing(env, wanted)
  await step('all trust the old CAs and the new', async () => {
    await trustNext(env)
    await refreshTrustStores(env, wanted)
  })
  await roll(env, services)
  await step('all show certificates of the new CAs', async () => {
    await signByNext(env)
    await issueAll(env, await notAsWanted(env, wanted))
  })
  await roll(env, services)
  await step('nobody trusts the old CAs', async () => {
    await distrustOld(env)
    await refreshTrustStores(env, wanted)
  })
  await roll(env, services)
  await endRotation(env)
}

/** A stack of an older version lacks what this one has come to need, a whole CA maybe; services that start now need it. */
async function issueMissing(env: Environment, wanted: Wanted[]): Promise<void> {
  const missing = wanted.filter(({ name }) => !existsSync(certificateFiles(env, name).cert))
  const names = missing.map(({ name }) => name).join(', ')
  if (missing.length > 0) await step(`keys and certificates that were missing: ${names}`, () => issueAll(env, missing))
}

async function issueAll(env: Environment, wanted: Wanted[]): Promise<void> {
  for (const each of wanted) await issue(env, each)
}

/** Connect's REST servers keep whom they trust in a store of their own, made together with their certificate. */
function refreshTrustStores(env: Environment, wanted: Wanted[]): Promise<void> {
  const changed = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
  return issueAll(env, wanted.filter(({ name, authority, isServer }) => authority === 'rest' && isServer && changed(principalFile(env, name, '-trust.p12')) < changed(certificateFiles(env, name, 'rest-ca').ca)))
}

async function notAsWanted(env: Environment, wanted: Wanted[]): Promise<Wanted[]> {
  const facts = await Promise.all(wanted.map((each) => readFacts(env, each)))
  return wanted.filter((each, index) => JSON.stringify(facts[index]) !== JSON.stringify(wantedFacts(env, each)))
}

/**
 * Has every running service that was started from older certificates take the present ones, one at a time: by a signal
 * where the program can, else by a restart. Brokers have to be restarted, since the listener of their controllers can't
 * take new certificates while it runs (KAFKA-20583), and each waits until all replicas are in sync. One that does not
 * run beside others that do was left so by an interrupted rotation: it is started first.
 */
async function roll(env: Environment, services: Service[]): Promise<void> {
  const due = services.filter((service) => service.probe && hasProgram(env, service))
  if (due.every((service) => !processOf(env, service))) return
  for (const service of due) if (!processOf(env, service)) await step(`${service.name} is started`, () => restart(env, service))
  for (const service of due) {
    const running = processOf(env, service)
    if (!running || !isOutdated(env, service, running)) continue
    await step(`${service.name} takes new certificates`, async (progress) => {
      if (service.probe?.kind === 'kafka') await inSync(env, service, progress)
      if (service.reloads) reload(env, service)
      else await restart(env, service)
      if (service.probe?.kind === 'kafka') await inSync(env, service, progress)
      await showsItsCertificate(env, service)
      return service.reloads ? 'reloaded' : 'restarted'
    })
  }
}

/** Waits until no partition of a broker's cluster lacks a replica: one broker more away, and writes could fail. */
export async function inSync(env: Environment, { name, probe }: Service, progress: (text: string) => void): Promise<void> {
  const { brokers } = Object.values(env.clusters).find((cluster) => cluster.brokers.includes(probe?.target ?? '')) ?? env.kafka
  await until({ code: 'UNDER_REPLICATED', awaited: `all replicas in sync before or after ${name}`, timeoutMs: 180_000, everyMs: 300, hint: 'task status; then the same command again: it goes on from here' }, async () => {
    const lacking = await underReplicated({ ...env, kafka: { brokers } }).catch((error: unknown) => [error instanceof Error ? error.message : String(error)])
    if (lacking.length === 0) return true
    progress(`${lacking.length} partitions not in sync`)
    return lacking.slice(0, 3).join(', ')
  })
}

async function underReplicated(env: Environment): Promise<string[]> {
  const { topics } = await withAdmin(kafkaClient(env, 'operator'), (admin) => admin.fetchTopicMetadata())
  return topics.flatMap(({ name, partitions }) => partitions.filter(({ isr, replicas }) => isr.length < replicas.length).map(({ partitionId }) => `${name}-${partitionId}`))
}

/** Looks at what a listener shows; PostgreSQL begins in plaintext and is left to its probe. */
async function showsItsCertificate(env: Environment, service: Service): Promise<void> {
  const { name, probe } = service
  if (probe?.kind !== 'kafka') return
  const expected = new X509Certificate(readFileSync(certificateFiles(env, name).cert)).fingerprint256
  for (const { host, port } of servingPorts(service))
    await until({ code: 'OLD_CERTIFICATE_SHOWN', awaited: `${name}:${port} to show its new certificate`, timeoutMs: 20_000, hint: `task logs -- ${name}` }, async () => {
      const seen = await shownAt(host, port)
      return seen === expected || `${seen ?? 'none'}`
    })
}

function shownAt(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    // only looked at: who it is signed by is not the question, and nothing is said
    const socket = connect({ host, port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256)
      socket.destroy()
    })
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')))
    socket.on('error', () => resolve(undefined))
  })
}
