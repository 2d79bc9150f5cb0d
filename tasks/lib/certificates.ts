import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { $ } from 'zx'
import { certificateFiles, type Environment, principalFile } from '../../clients/environment.ts'
import { PrerequisiteError } from '../../clients/errors.ts'
import { cleanEnvironment } from '../../clients/surroundings.ts'
import { authorities, type Authority, authorityFile, openAuthority, readAuthority, readTrusted, writeSecret } from './authorities.ts'
import { jdkProgram } from './jdk.ts'
import { clientAuth, dayMs, organisation, serverAuth, sign } from './signing.ts'
import { countersInMemory } from './temporary.ts'

/** Certificates are renewed when they have fewer days left than this. */
export const renewalDays = 30

/** A certificate that should exist. Servers are called by name, so they carry subject alternative names. */
export type Wanted = { name: string; authority: Authority; isServer: boolean }

const inFolder = (env: Environment, name: string) => join(env.stack, 'certs', name)

/** What a certificate says, or should say, as text that people can compare. */
export type CertificateFacts = { subject: string; names: string; usage: string; expiry: string; signature: string; files: string }

/** The facts of a certificate as it should be. */
export function wantedFacts(env: Environment, wanted: Wanted): CertificateFacts {
  return {
    subject: `CN=${wanted.name},O=${organisation}`,
    names: wanted.isServer ? `DNS:${wanted.name}, DNS:localhost, IP Address:${env.host}` : '',
    usage: wanted.isServer ? 'server, client' : 'client',
    expiry: `more than ${renewalDays} days away`,
    signature: `by ${authorityFile[wanted.authority]}`,
    files: 'complete',
  }
}

/**
 * The facts of a certificate as it is on disk; undefined when there is none or it can't be read.
 *
 * @param nowMs the time that expiry is judged by
 */
export async function readFacts(env: Environment, wanted: Wanted, nowMs = Date.now()): Promise<CertificateFacts | undefined> {
  const files = certificateFiles(env, wanted.name)
  try {
    const [leafPem, keyPem, { cert: caPem }] = await Promise.all([readFile(files.cert), readFile(files.key), readAuthority(env, wanted.authority)])
    const leaf = new X509Certificate(leafPem)
    const authority = new X509Certificate(caPem)
    const daysLeft = daysUntil(leaf.validTo, nowMs)
    const missing = await missingFiles(env, wanted)
    const paired = leaf.checkPrivateKey(createPrivateKey(keyPem))
    return {
      subject: leaf.subject.split('\n').reverse().join(','),
      names: leaf.subjectAltName ?? '',
      usage: leaf.keyUsage.map((oid) => (oid === serverAuth ? 'server' : oid === clientAuth ? 'client' : oid)).join(', '),
      expiry: daysLeft > renewalDays ? `more than ${renewalDays} days away` : `in ${daysLeft.toFixed(1)} days`,
      signature: daysUntil(authority.validTo, nowMs) < 0 ? 'by an expired CA' : isSignedBy(leaf, authority) ? `by ${authorityFile[wanted.authority]}` : 'by another CA',
      files: !paired ? 'key and certificate do not match' : missing.length > 0 ? `without ${missing.join(', ')}` : 'complete',
    }
  } catch {
    return undefined
  }
}

/**
 * For what only looks at a stack, or changes one that is there.
 *
 * @throws PrerequisiteError `CERTIFICATE_MISSING` when the stack has not been set up
 */
export function requireCertificates(env: Environment): void {
  if (!existsSync(certificateFiles(env, 'operator').cert)) throw new PrerequisiteError('CERTIFICATE_MISSING', `expected certificates in ${env.stack}, there are none`, 'task bootstrap')
}

const daysUntil = (date: string, nowMs: number) => (Date.parse(date) - nowMs) / dayMs
const isSignedBy = (leaf: X509Certificate, authority: X509Certificate) => leaf.checkIssued(authority) && leaf.verify(authority.publicKey)

/** One certificate on disk, CAs included. */
type Listed = { name: string; signedBy: string; purpose: string; daysLeft: number; until: string }

/** Every certificate there is, CAs first; what is missing or unreadable has no days left. */
export async function listCertificates(env: Environment, wanted: Wanted[]): Promise<Listed[]> {
  const row = (name: string, signedBy: string, purpose: string, pem: string): Listed => {
    const { validTo } = new X509Certificate(pem)
    return { name, signedBy, purpose, daysLeft: Math.floor(daysUntil(validTo, Date.now())), until: new Date(validTo).toISOString().slice(0, 10) }
  }
  const trusted = await Promise.all(authorities.map(async (which) => (await readTrusted(env, which).catch(() => [])).map((pem) => row(authorityFile[which], 'itself', 'CA', pem))))
  const leaves = wanted.map(async ({ name, authority, isServer }) => {
    const [signedBy, purpose] = [authorityFile[authority], isServer ? 'server' : 'client'] as const
    const pem = await readFile(certificateFiles(env, name).cert, 'utf8').catch(() => undefined)
    return pem ? row(name, signedBy, purpose, pem) : { name, signedBy, purpose, daysLeft: 0, until: 'missing' }
  })
  return [...trusted.flat(), ...(await Promise.all(leaves))]
}

/** The one secret that a worker's configuration provider has to read, alone in a folder, so that it can read no other. */
export const providedPassword = join('provided', 'password')

/** Files of a principal beside key and certificate: PEM for Kafka, PKCS#8 DER for JDBC, PKCS#12 for Jetty. */
function filesOf(wanted: Wanted): string[] {
  const { name } = wanted
  const extra = wanted.authority === 'rest' && wanted.isServer ? [`${name}.p12`, `${name}-trust.p12`, providedPassword] : []
  return [`${name}.pem`, `${name}.pk8`, ...extra]
}

async function missingFiles(env: Environment, wanted: Wanted): Promise<string[]> {
  const present = await Promise.all(filesOf(wanted).map((file) => readFile(inFolder(env, join(wanted.name, file))).then(() => true, () => false)))
  return filesOf(wanted).filter((_, index) => !present[index])
}

/**
 * Makes a key and a certificate, signed by the stack's CA, which is made first if there is none.
 * EC P-256; keys with mode 0600; whole files only, so that an interrupted run leaves nothing half written.
 */
export async function issue(env: Environment, wanted: Wanted): Promise<void> {
  const authority = await openAuthority(env, wanted.authority)
  const { key, cert } = await sign(authority, { name: wanted.name, addresses: wanted.isServer ? [env.host] : [] })
  const write = (suffix: string, content: string | Buffer) => writeSecret(env, join(wanted.name, `${wanted.name}${suffix}`), content)
  await write('.pk8', createPrivateKey(key).export({ type: 'pkcs8', format: 'der' }))
  await write('.pem', `${key}${cert}${authority.cert}`)
  await write('.key', key)
  await write('.crt', cert)
  if (wanted.authority === 'rest' && wanted.isServer) await writeKeystores(env, wanted.name)
}

/** Connect's REST server (Jetty) takes PKCS#12 only, and a trust store only as keytool marks it, one CA an entry. */
async function writeKeystores(env: Environment, name: string): Promise<void> {
  const file = (suffix: string) => principalFile(env, name, suffix)
  const password = join(name, providedPassword)
  await writeSecret(env, password, randomBytes(24).toString('base64url'))
  await Promise.all([rm(file('.p12'), { force: true }), rm(file('-trust.p12'), { force: true })])
  await $({ env: cleanEnvironment(), quiet: true })`openssl pkcs12 -export -inkey ${file('.key')} -in ${file('.crt')} -name ${name} -passout ${`file:${inFolder(env, password)}`} -out ${file('.p12')}`
  for (const [index, input] of (await readTrusted(env, 'rest')).entries())
    await $({ env: cleanEnvironment(), input, quiet: true })`${jdkProgram('keytool')} ${`-J${countersInMemory}`} -importcert -noprompt -alias ${`ca-${index}`} -storetype PKCS12 -storepass:file ${inFolder(env, password)} -keystore ${file('-trust.p12')}`
  await Promise.all([chmod(file('.p12'), 0o600), chmod(file('-trust.p12'), 0o600)])
}
