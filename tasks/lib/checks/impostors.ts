import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { certificateFiles, type Environment } from '../../../clients/environment.ts'
import { newAuthority, type Pair, sign } from '../signing.ts'
import { type Attempt, speak } from '../tls.ts'
import type { Claim } from './check.ts'
import type { Signer } from './signer.ts'

/** Our clients verify whom they talk to: somebody in the place of a broker is refused before anything is said. */
export function impostors(env: Environment, own: Signer): Claim[] {
  const files = certificateFiles(env, 'shop-api')
  const client = { key: readFileSync(files.key), cert: readFileSync(files.cert), ca: readFileSync(files.ca) }
  const signed = (options: Omit<Parameters<typeof sign>[1], 'name'>) => async () => sign(await own(), { name: 'kafka-1', ...options })
  const server = (what: string, expected: string, pair: () => Promise<Pair>): Claim => ({
    name: `a client meets a server with ${what}`,
    expected,
    look: async () => {
      const fake = createServer({ ...(await pair()), ca: client.ca, requestCert: true }, (socket) => socket.on('error', () => {}).end('answer'))
      fake.on('tlsClientError', () => {})
      await new Promise<void>((resolve) => fake.listen(0, env.host, resolve))
      const { port } = fake.address() as AddressInfo
      try {
        return shownPlainly(await speak({ address: `${env.host}:${port}`, speech: 'kafka' }, client))
      } finally {
        fake.close()
      }
    },
  })
  return [
    server('a right certificate', 'answered by TLSv1.3', signed({ addresses: [env.host] })),
    server('a wrong address', 'ERR_TLS_CERT_ALTNAME_INVALID', signed({ addresses: ['127.99.99.99'] })),
    server('an expired certificate', 'CERT_HAS_EXPIRED', signed({ addresses: [env.host], fromDays: -30, toDays: -1 })),
    server('a certificate of a foreign CA', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', async () => sign(await newAuthority('ca'), { name: 'kafka-1', addresses: [env.host] })),
  ]
}

const shownPlainly = (attempt: Attempt) => (attempt.outcome === 'answered' ? `answered by ${attempt.protocol}` : attempt.outcome === 'refused' ? attempt.code : 'silent')
