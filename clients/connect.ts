import { z } from 'zod'
import { certificateFiles, type Environment, type Worker } from './environment.ts'
import { InfraError, messageOf } from './errors.ts'
import { callHttps, type lastingConnections } from './https.ts'
import { checkpoint } from './interruption.ts'
import { refusedCertificate } from './refusal.ts'

const stateShape = z.object({
  status: z.object({
    connector: z.object({ state: z.string(), trace: z.string().optional() }),
    tasks: z.array(z.object({ id: z.int(), state: z.string(), trace: z.string().optional() })),
  }),
})
const settingsShape = z.record(z.string(), z.string())
const statesShape = z.record(z.string(), stateShape)
const connectorsShape = z.record(z.string(), stateShape.extend({ info: z.object({ config: settingsShape }) }))

const partitionShape = z.record(z.string(), z.unknown())
type SourcePartition = z.infer<typeof partitionShape>
const offsetsShape = z.object({ offsets: z.array(z.object({ partition: partitionShape, offset: z.record(z.string(), z.unknown()) })) })

const verdictShape = z.object({ configs: z.array(z.object({ definition: z.object({ name: z.string() }).nullish(), value: z.object({ name: z.string(), errors: z.array(z.string()) }) })) })

/** The states of all connectors of the worker, by name, as REST shows them (`expand=status`). */
export type States = z.infer<typeof statesShape>
/** The same with their settings (`expand=info&expand=status`). */
export type Connectors = z.infer<typeof connectorsShape>

/** The consumer group of a sink, as Connect names it. */
export const groupOf = (sink: string) => `connect-${sink}`

/**
 * The REST interface of a Connect worker (https://kafka.apache.org/documentation/#connect_rest).
 * Every call throws InfraError `CONNECT_FAILED` or `CERTIFICATE_REFUSED`.
 *
 * @param principal whose certificate is shown: `connect-admin` may do all of this, `supervisor` looks and restarts
 * @param connections kept between calls; without them each call makes one of its own
 */
export function connectRest(env: Environment, worker: Worker, principal = 'connect-admin', connections?: ReturnType<typeof lastingConnections>) {
  const { url } = env.workers[worker]
  const files = certificateFiles(env, principal, 'rest-ca')
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const failed = (seen: string, cause?: unknown) =>
      new InfraError('CONNECT_FAILED', `${method} ${url}${path}: expected an answer, got: ${seen}`, `task status; task logs -- ${worker}`, { cause })
    const { status, text } = await callHttps(new URL(path, url), files, { method, body, ...(connections ? { connections } : {}) }).catch((error: unknown) => {
      checkpoint()
      throw refusedCertificate(error, `${worker} at ${url}`, files) ?? failed(messageOf(error), error)
    })
    if (status >= 400) throw failed(`${status} ${z.object({ message: z.string() }).safeParse(parse(text)).data?.message ?? text}`)
    return text ? parse(text) : undefined
  }
  return {
    version: async () => z.object({ version: z.string() }).parse(await call('GET', '/')).version,
    /** fails until the worker has joined its group and knows its connectors; before that it lists none (KIP-1017) */
    health: () => call('GET', '/health'),
    states: async (): Promise<States> => statesShape.parse(await call('GET', '/connectors?expand=status')),
    /** our notes beside a connector's settings, which is all of them that `supervisor` sees */
    notes: async (name: string) => settingsShape.parse(await call('GET', `/connectors/${name}/config`)),
    connectors: async (): Promise<Connectors> => connectorsShape.parse(await call('GET', '/connectors?expand=info&expand=status')),
    put: (name: string, config: Record<string, string>) => call('PUT', `/connectors/${name}/config`, config),
    /** what the connector's own definition finds wrong with a configuration, by setting, and which settings it knows; nothing is changed */
    validate: async (name: string, config: Record<string, string>) => {
      const path = `/connector-plugins/${encodeURIComponent(config['connector.class'] ?? '')}/config/validate`
      const { configs } = verdictShape.parse(await call('PUT', path, { ...config, name }))
      const wrong = configs.flatMap(({ value: { name: setting, errors } }) => errors.map((words) => ({ setting, words })))
      return { wrong, known: configs.flatMap(({ definition }) => definition?.name ?? []) }
    },
    restart: (name: string) => call('POST', `/connectors/${name}/restart?includeTasks=true`),
    restartFailed: (name: string) => call('POST', `/connectors/${name}/restart?includeTasks=true&onlyFailed=true`),
    resume: (name: string) => call('PUT', `/connectors/${name}/resume`),
    stop: (name: string) => call('PUT', `/connectors/${name}/stop`),
    /** how far a source connector has come, by its own description of a source partition (KIP-875) */
    offsets: async (name: string) => offsetsShape.parse(await call('GET', `/connectors/${name}/offsets`)).offsets,
    /** forgets how far a stopped connector has come in these partitions, so that it begins there anew (KIP-875) */
    forgetOffsets: (name: string, partitions: SourcePartition[]) =>
      call('PATCH', `/connectors/${name}/offsets`, { offsets: partitions.map((partition) => ({ partition, offset: null })) }),
    remove: (name: string) => call('DELETE', `/connectors/${name}`),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
