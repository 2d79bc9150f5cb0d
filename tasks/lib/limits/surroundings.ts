import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Environment } from '../../../clients/environment.ts'
import { messageOf } from '../../../clients/errors.ts'
import { cleanEnvironment } from '../../../clients/surroundings.ts'
import { asRoot, isRoot, type Limit, type Need, type Shortage } from './limit.ts'

/** How an ordinary user is made of root for a program that refuses root; no account is created. */
export const asOrdinaryUser = ['unshare', '--user', '--map-user=1000', '--map-group=1000']

export const surroundingLimits: Limit[] = [
  { name: 'clock', code: 'MACHINE_UNFIT', look: ({ env }) => tooEarly(env) },
  { name: 'loopback address', code: 'MACHINE_UNFIT', look: ({ env }) => unaddressable(env) },
  { name: 'user namespaces', code: 'MACHINE_UNFIT', look: noNamespaces },
]

/** A certificate that is not yet valid is refused by everybody. */
function tooEarly({ stack }: Environment): Shortage[] {
  const now = Date.now()
  const later = certificatesIn(join(stack, 'certs')).filter(({ from }) => from > now).sort((one, other) => other.from - one.from)[0]
  if (!later) return []
  const written = (ms: number) => new Date(ms).toISOString()
  return [{
    expected: `later than ${written(later.from)}, from when ${later.file} is valid`,
    seen: written(now),
    command: `${asRoot('timedatectl set-ntp true')}; if the clock was wrong before and is right now: task clean makes new certificates, and DELETES the data`,
  }]
}

function certificatesIn(folder: string): { file: string; from: number }[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.crt')).map((name) => ({ file: name, from: Date.parse(new X509Certificate(readFileSync(join(folder, name))).validFrom) }))
  } catch {
    // there are none yet, or one is damaged, which the step for certificates tells
    return []
  }
}

/** Linux has all of 127.0.0.0/8 where its loopback device is up. */
async function unaddressable({ host }: Environment): Promise<Shortage[]> {
  const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const server = createServer()
    server.once('error', resolve)
    server.listen(0, host, () => server.close(() => resolve(undefined)))
  })
  return failure ? [{ expected: `to listen on ${host}`, seen: messageOf(failure), command: `${asRoot(`ip link set lo up; ${asRoot(`ip address add ${host}/8 dev lo`)}`)}` }] : []
}

function noNamespaces({ services }: Need): Shortage[] {
  const refusing = services.filter(({ unprivileged }) => unprivileged).map(({ name }) => name)
  if (!isRoot() || refusing.length === 0) return []
  const [program = '', ...args] = asOrdinaryUser
  try {
    execFileSync(program, [...args, 'true'], { env: cleanEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] })
    return []
  } catch (error) {
    return [{ expected: `that root may start ${refusing.join(', ')} as an ordinary user`, seen: messageOf(error).trim().split('\n').at(-1) ?? '', command: 'start as an ordinary user, or: sysctl -w user.max_user_namespaces=10000 (of a container: --user 1000, or --security-opt seccomp=unconfined)' }]
  }
}
