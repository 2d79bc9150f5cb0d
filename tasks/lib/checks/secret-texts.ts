import { createPrivateKey, type KeyObject } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A secret of the stack: the file that holds it, and what would give it away. */
export type Secret = { file: string; forms: Buffer[] }

/** Shorter ones would be found everywhere, and guessed. */
const shortest = 8
/** Where messages go is no secret, nor is that a rotation is under way. */
const noSecrets = ['telegram.chat', 'rotation']
const window = 12

/** Every file below a folder. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []))
}

/**
 * What every file of these folders would be given away by, whatever its name: the private part of a key, the lines of a
 * text, the middle of anything else. Certificates are public.
 */
export function secretsIn(folders: string[]): Secret[] {
  return folders.flatMap(filesBelow).flatMap((file): Secret[] => {
    const secrets = noSecrets.some((name) => file.endsWith(`/${name}`)) ? [] : secretsOf(readFileSync(file))
    return secrets.length > 0 ? [{ file, forms: secrets.flatMap(formsOf) }] : []
  })
}

/** Secrets that are too short to be looked for, or to be any. */
export const tooShort = (secrets: Secret[]): string[] => secrets.filter(({ forms }) => forms.some(({ length }) => length < shortest)).map(({ file }) => file)

function secretsOf(content: Buffer): Buffer[] {
  const text = content.toString('latin1')
  // the first line of a key is the same for all keys of a kind; the second one stands for the file as a text
  if (text.includes('-----BEGIN ')) return (text.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----/g) ?? []).flatMap((pem) => [privatePart(createPrivateKey(pem)), Buffer.from(pem.split('\n')[2] ?? '')].filter(({ length }) => length >= shortest))
  const key = attempt(() => createPrivateKey({ key: content, format: 'der', type: 'pkcs8' }))
  if (key) return [privatePart(key)]
  const isText = !/[^\t\n\r\x20-\x7e\x80-\xff]/.test(text)
  if (isText) return text.split(/[\r\n]+/).map((line) => line.trim()).filter(Boolean).map((line) => Buffer.from(line, 'latin1'))
  return [content.subarray(content.length >> 1, (content.length >> 1) + 2 * window)]
}

/** The number that makes a key private: it stands in each form of the key, PEM, DER or JWK. */
function privatePart(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url')
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}

/** As it is, in hexadecimal, and as parts of base64, wherever in a larger text it begins and wherever that is wrapped. */
function formsOf(secret: Buffer): Buffer[] {
  const texts = [secret.toString('hex'), secret.toString('hex').toUpperCase(), encodeURIComponent(secret.toString('latin1'))]
  const bytes = Math.min(window, Math.floor((secret.length - 2) / 3) * 3)
  for (const skipped of bytes < 3 ? [] : [0, 1, 2])
    for (const begin of [skipped, skipped + bytes]) {
      const part = secret.subarray(begin, begin + bytes)
      if (part.length === bytes) texts.push(part.toString('base64'), part.toString('base64url'))
    }
  return [secret, ...[...new Set(texts)].map((text) => Buffer.from(text, 'latin1'))].filter((form, index, all) => all.findIndex((other) => other.equals(form)) === index)
}

const prefix = 3

/** Looks for all secrets in one pass, by the first three bytes of their forms. */
export function finder(secrets: Secret[]): (text: Buffer) => string[] {
  const begins = new Map<number, { form: Buffer; file: string }[]>()
  const known = new Uint8Array(1 << (8 * prefix))
  for (const { file, forms } of secrets)
    for (const form of forms.filter(({ length }) => length >= shortest)) {
      const code = form.readUIntBE(0, prefix)
      known[code] = 1
      begins.set(code, [...(begins.get(code) ?? []), { form, file }])
    }
  return (text) => {
    const found = new Set<string>()
    for (let at = 0, code = 0; at < text.length; at++) {
      code = ((code << 8) | (text[at] ?? 0)) & 0xffffff
      if (known[code] !== 1 || at < prefix - 1) continue
      for (const { form, file } of begins.get(code) ?? []) if (text.subarray(at - prefix + 1, at - prefix + 1 + form.length).equals(form)) found.add(file)
    }
    return [...found]
  }
}
