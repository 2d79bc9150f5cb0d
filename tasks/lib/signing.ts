import { createPrivateKey, createPublicKey, type webcrypto } from 'node:crypto'
import type * as x509 from '@peculiar/x509'

/** Whose certificates ours are: the O of every subject. */
export const organisation = 'Vygodno'
export const serverAuth = '1.3.6.1.5.5.7.3.1'
export const clientAuth = '1.3.6.1.5.5.7.3.2'
export const dayMs = 86_400_000
const leafDays = 365
const authorityDays = 3_650
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A private key and its certificate, PEM. */
export type Pair = { key: string; cert: string }

/** What a certificate is to say; one with addresses is a server's. Days count from now and may be negative. */
export type Subject = { name: string; organisation?: string; addresses?: string[]; fromDays?: number; toDays?: number }

/** Signs a certificate for a new key. Nothing is written. */
export async function sign(authority: Pair, { name, organisation: owner = organisation, addresses = [], fromDays = 0, toDays = leafDays }: Subject): Promise<Pair> {
  const x509 = await library()
  const issuer = new x509.X509Certificate(authority.cert)
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(addresses.length > 0 ? [serverAuth, clientAuth] : [clientAuth]),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(issuer),
  ]
  const own = [name, 'localhost'].map((value) => ({ type: 'dns' as const, value }))
  if (addresses.length > 0) extensions.push(new x509.SubjectAlternativeNameExtension([...own, ...addresses.map((value) => ({ type: 'ip' as const, value }))]))
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `O=${owner},CN=${name}`,
    issuer: issuer.subject,
    ...validity(fromDays, toDays),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: await signingKey(authority.key),
    extensions,
  })
  return { key: await keyPem(keys.privateKey), cert: `${certificate.toString('pem')}\n` }
}

async function library(): Promise<typeof x509> {
  await import('reflect-metadata')
  return import('@peculiar/x509')
}

/** Makes a CA that vouches for itself, with a new key or a given one. Nothing is written. */
export async function newAuthority(name: string, key?: string): Promise<Pair> {
  const x509 = await library()
  const keys = key === undefined ? await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) : await keyPair(key)
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `O=${organisation},CN=${organisation} ${name}`,
    ...validity(0, authorityDays),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { key: key ?? (await keyPem(keys.privateKey)), cert: `${certificate.toString('pem')}\n` }
}

function signingKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })
  return crypto.subtle.importKey('pkcs8', new Uint8Array(der), algorithm, false, ['sign'])
}

function validity(fromDays: number, toDays: number): { notBefore: Date; notAfter: Date } {
  // clocks differ: a certificate is good from five minutes ago
  return { notBefore: new Date(Date.now() + fromDays * dayMs - 300_000), notAfter: new Date(Date.now() + toDays * dayMs) }
}

async function keyPair(pem: string): Promise<{ privateKey: webcrypto.CryptoKey; publicKey: webcrypto.CryptoKey }> {
  const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' })
  return { privateKey: await signingKey(pem), publicKey: await crypto.subtle.importKey('spki', new Uint8Array(spki), algorithm, true, ['verify']) }
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key))
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' }).toString()
}
