import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { UsageError } from './errors.ts'

/** PEM files of one principal: private key, leaf certificate, the CA that it trusts. */
export type CertificateFiles = { key: string; cert: string; ca: string; bundle: string }

/** Where the services of one stack are and where its files lie. */
export type Environment = {
  root: string
  stack: string
  build: string
  host: string
  kafka: { brokers: string[] }
  postgres: { host: string; port: number; database: string }
  connect: { url: string }
  /** what `${NAME}` in compose.yaml and in config files stands for */
  variables: Record<string, string>
}

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'compose', 'compose.yaml'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('compose/compose.yaml was not found above the program')
    folder = parent
  }
  return folder
}

/**
 * The stack this process works on. Addresses come from `compose/.env`, overridden by the process's environment:
 * `VYGODNO_STACK` (folder) and `VYGODNO_HOST` (loopback address) choose the stack. Two stacks on one machine
 * differ in both: every port is the same, the address is not.
 *
 * @throws UsageError when the host is not a loopback IPv4 address
 */
export function loadEnvironment(overrides: NodeJS.ProcessEnv = process.env): Environment {
  const root = findRoot()
  const declared = parseEnv(readFileSync(join(root, 'compose', '.env'), 'utf8'))
  const variable = (name: string) => {
    const value = overrides[name] || declared[name]
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
  const stack = resolve(root, variable('VYGODNO_STACK'))
  const build = join(root, '.stack', 'build')
  const brokers = [1, 2, 3].map((id) => `${host}:${variable(`KAFKA_${id}_PORT`)}`)
  return {
    root,
    stack,
    build,
    host,
    kafka: { brokers },
    postgres: { host, port: Number(variable('POSTGRES_PORT')), database: variable('POSTGRES_DATABASE') },
    connect: { url: `https://${host}:${variable('CONNECT_PORT')}` },
    variables: {
      ...Object.fromEntries(Object.keys(declared).map((name) => [name, variable(name)])),
      ROOT: root,
      STACK: stack,
      BUILD: build,
      CERTS: join(stack, 'certs'),
      KAFKA_BROKERS: brokers.join(','),
    },
  }
}

/** The certificate files of a principal of this stack; they exist once `task bootstrap` has made them. */
export function certificateFiles(env: Environment, principal: string): CertificateFiles {
  const file = (name: string) => join(env.stack, 'certs', name)
  return {
    key: file(`${principal}.key`),
    cert: file(`${principal}.crt`),
    bundle: file(`${principal}.pem`),
    ca: file('ca.crt'),
  }
}
