import { createPrivateKey, randomBytes, type webcrypto, X509Certificate } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type * as x509 from '@peculiar/x509'
import { $ } from 'zx'
import { type AuthorityName, certificateFiles, type Environment } from '../../clients/environment.ts'

const organisation = 'Vygodno'
const dayMs = 86_400_000
const leafDays = 365
const authorityDays = 3_650
/** Certificates are renewed when they have fewer days left than this. */
const renewalDays = 30

/** Who signs: whoever has a certificate of an authority may do all that its servers offer, so each has a CA of its own. */
export const authorities = ['platform', 'rest', 'monitoring'] as const
type Authority = (typeof authorities)[number]

/** A certificate that should exist. Servers are called by name, so they carry subject alternative names. */
export type Wanted = { name: string; authority: Authority; isServer: boolean }

const authorityFile = { platform: 'ca', rest: 'rest-ca', monitoring: 'monitoring-ca' } as const satisfies Record<Authority, AuthorityName>
const serverAuth = '1.3.6.1.5.5.7.3.1'
const clientAuth = '1.3.6.1.5.5.7.3.2'
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

const folder = (env: Environment) => join(env.stack, 'certs')
const inFolder = (env: Environment, name: string) => join(folder(env), name)

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
    const [leafPem, keyPem, caPem] = await Promise.all([readFile(files.cert), readFile(files.key), readFile(inFolder(env, `${authorityFile[wanted.authority]}.crt`))])
    const leaf = new X509Certificate(leafPem)
    const authority = new X509Certificate(caPem)
    const daysLeft = (Date.parse(leaf.validTo) - nowMs) / dayMs
    const missing = await missingFiles(env, wanted)
    const paired = leaf.checkPrivateKey(createPrivateKey(keyPem))
    return {
      subject: leaf.subject.split('\n').reverse().join(','),
      names: leaf.subjectAltName ?? '',
      usage: leaf.keyUsage.map((oid) => (oid === serverAuth ? 'server' : oid === clientAuth ? 'client' : oid)).join(', '),
      expiry: daysLeft > renewalDays ? `more than ${renewalDays} days away` : `in ${daysLeft.toFixed(1)} days`,
      signature: leaf.checkIssued(authority) && leaf.verify(authority.publicKey) ? `by ${authorityFile[wanted.authority]}` : 'by another CA',
      files: !paired ? 'key and certificate do not match' : missing.length > 0 ? `without ${missing.join(', ')}` : 'complete',
    }
  } catch {
    return undefined
  }
}

/** Files of a principal beside key and certificate: PEM for Kafka, PKCS#8 DER for JDBC, PKCS#12 for Jetty. */
function filesOf(wanted: Wanted): string[] {
  const { name } = wanted
  const extra = wanted.authority === 'rest' && wanted.isServer ? [`${name}.p12`, `${name}-trust.p12`, `${name}.password`] : []
  return [`${name}.pem`, `${name}.pk8`, ...extra]
}

async function missingFiles(env: Environment, wanted: Wanted): Promise<string[]> {
  const present = await Promise.all(filesOf(wanted).map((file) => readFile(inFolder(env, file)).then(() => true, () => false)))
  return filesOf(wanted).filter((_, index) => !present[index])
}

/**
 * Makes a key and a certificate, signed by the stack's CA, which is made first if there is none.
 * EC P-256; keys with mode 0600; whole files only, so that an interrupted run leaves nothing half written.
 */
export async function issue(env: Environment, wanted: Wanted): Promise<void> {
  const { x509, authority, authorityPem } = await openAuthority(env, wanted.authority)
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(wanted.isServer ? [serverAuth, clientAuth] : [clientAuth]),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
  ]
  if (wanted.isServer)
    extensions.push(
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: wanted.name },
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: env.host },
      ]),
    )
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `O=${organisation},CN=${wanted.name}`,
    issuer: authority.certificate.subject,
    ...validity(leafDays),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    extensions,
  })
  const key = await keyPem(keys.privateKey)
  const cert = `${certificate.toString('pem')}\n`
  await write(env, `${wanted.name}.pk8`, createPrivateKey(key).export({ type: 'pkcs8', format: 'der' }))
  await write(env, `${wanted.name}.pem`, `${key}${cert}${authorityPem}`)
  await write(env, `${wanted.name}.key`, key)
  await write(env, `${wanted.name}.crt`, cert)
  if (wanted.authority === 'rest' && wanted.isServer) await writeKeystores(env, wanted.name)
}

type OpenAuthority = { x509: typeof x509; authority: { certificate: x509.X509Certificate; key: webcrypto.CryptoKey }; authorityPem: string }

async function openAuthority(env: Environment, which: Authority): Promise<OpenAuthority> {
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const name = authorityFile[which]
  const read = () => Promise.all([readFile(inFolder(env, `${name}.crt`), 'utf8'), readFile(inFolder(env, `${name}.key`))])
  const [pem, key] = await read().catch(async () => {
    await createAuthority(env, name, x509)
    return read()
  })
  const der = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' })
  const signing = await crypto.subtle.importKey('pkcs8', new Uint8Array(der), algorithm, false, ['sign'])
  return { x509, authority: { certificate: new x509.X509Certificate(pem), key: signing }, authorityPem: pem }
}

async function createAuthority(env: Environment, name: string, library: typeof x509): Promise<void> {
  await mkdir(folder(env), { recursive: true, mode: 0o700 })
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await library.X509CertificateGenerator.createSelfSigned({
    name: `O=${organisation},CN=${organisation} ${name}`,
    ...validity(authorityDays),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new library.BasicConstraintsExtension(true, 0, true),
      new library.KeyUsagesExtension(library.KeyUsageFlags.keyCertSign | library.KeyUsageFlags.cRLSign, true),
      await library.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  await write(env, `${name}.key`, await keyPem(keys.privateKey))
  await write(env, `${name}.crt`, `${certificate.toString('pem')}\n`)
}

/** Connect's REST server (Jetty) takes PKCS#12 only, and a trust store only as keytool marks it. */
async function writeKeystores(env: Environment, name: string): Promise<void> {
  const file = (suffix: string) => inFolder(env, `${name}${suffix}`)
  await write(env, `${name}.password`, randomBytes(24).toString('base64url'))
  await Promise.all([rm(file('.p12'), { force: true }), rm(file('-trust.p12'), { force: true })])
  await Promise.all([
    $`openssl pkcs12 -export -inkey ${file('.key')} -in ${file('.crt')} -name ${name} -passout ${`file:${file('.password')}`} -out ${file('.p12')}`.quiet(),
    $`keytool -importcert -noprompt -alias ca -file ${inFolder(env, 'rest-ca.crt')} -storetype PKCS12 -storepass:file ${file('.password')} -keystore ${file('-trust.p12')}`.quiet(),
  ])
  await Promise.all([chmod(file('.p12'), 0o600), chmod(file('-trust.p12'), 0o600)])
}

function validity(days: number): { notBefore: Date; notAfter: Date } {
  // clocks differ: a certificate is good from five minutes ago
  return { notBefore: new Date(Date.now() - 300_000), notAfter: new Date(Date.now() + days * dayMs) }
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key))
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' }).toString()
}

async function write(env: Environment, name: string, content: string | Buffer): Promise<void> {
  const file = inFolder(env, name)
  await writeFile(`${file}.new`, content, { mode: 0o600 })
  await rename(`${file}.new`, file)
}
