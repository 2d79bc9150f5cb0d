import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Environment } from '../../clients/environment.ts'
import { step } from '../../clients/terminal.ts'
import type { Service } from './compose.ts'
import { byDefinition, byForm, byJvm, byPostgres, type Case, type Kind } from './judges.ts'
import { interpolate } from './variables.ts'
import { refuse } from './yaml.ts'

/** Which program reads a file, by its name in the service's folder. */
const kinds: Record<string, Kind> = {
  'broker.properties': 'broker',
  'worker.properties': 'worker',
  'product-filter.properties': 'streams',
  'namenode.xml': 'hadoop',
  'datanode.xml': 'hadoop',
  'postgresql.conf': 'postgres',
  'pg_hba.conf': 'hba',
}
const judges = [
  { of: ['broker', 'worker', 'streams', 'hadoop', 'clients'], ask: byDefinition },
  { of: ['postgres'], ask: byPostgres },
  { of: ['hba'], ask: byForm },
  { of: ['jvm'], ask: byJvm },
]

/**
 * Lets the programs themselves judge what services are to be started from, while those that run go on: Kafka's programs by
 * their own definitions, PostgreSQL and the JVM by what they say at their start. What was accepted once is not judged again.
 *
 * @throws UsageError `CONFIG_INVALID` with file, line and the program's own words
 */
export async function judge(env: Environment, services: Service[]): Promise<void> {
  await judgeCases(env, services.flatMap((service) => casesOf(env, service)))
}

/** The same for files, or parts of them, that are no service's. */
export async function judgeCases(env: Environment, cases: Case[]): Promise<void> {
  const open = unjudged(env, cases)
  if (open.length === 0) return
  await step('settings', async () => {
    const found = await Promise.all(judges.map(async ({ of, ask }) => {
      const cases = open.filter(({ kind }) => of.includes(kind))
      return cases.length > 0 ? ask(env, cases) : []
    }))
    refuse(found.flat())
    for (const each of open) accept(env, each)
    return ''
  })
}

function casesOf(env: Environment, service: Service): Case[] {
  const files = [...service.configs].flatMap(([target, { text, source }]) => {
    const kind = kinds[basename(target)]
    return kind ? [{ kind, text, source }] : []
  })
  const options = jvmOptions(service)
  return options.length > 0 ? [...files, { kind: 'jvm', text: options.join('\n'), source: join(env.root, 'compose', 'compose.yaml') }] : files
}

/** Each file once: three brokers have the same, but for their names. */
function unjudged(env: Environment, all: Case[]): Case[] {
  return [...new Map(all.map((each) => [mark(env, each), each])).entries()].filter(([file]) => !existsSync(file)).map(([, each]) => each)
}

/** The options of a JVM without those that only say where something is; files of options are opened. */
function jvmOptions({ command: [program, ...args] }: Service): string[] {
  if (program !== 'java') return []
  const options = args.slice(0, args.findIndex((arg) => !/^[-@]/.test(arg) || arg === '-cp'))
  return options.flatMap((option) => (option.startsWith('@') ? [option, `# ${digestOf(readFileSync(option.slice(1), 'utf8'))}`] : option.startsWith('-D') ? [] : [option]))
}

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16)

function mark(env: Environment, { kind, text, source }: Case): string {
  const written = (value: string) => interpolate('${VALUE}', { VALUE: value }, source).text
  // another stack's folders and address make no difference, another Kafka does
  const kafka = existsSync(join(env.build, 'jars', 'kafka')) ? readdirSync(join(env.build, 'jars', 'kafka')).filter((name) => name.startsWith('kafka-clients')).join() : ''
  return join(env.build, 'accepted', digestOf(`${kind}\n${kafka}\n${text.replaceAll(written(env.stack), '').replaceAll(env.host, '')}`))
}

function accept(env: Environment, each: Case): void {
  mkdirSync(join(env.build, 'accepted'), { recursive: true })
  writeFileSync(mark(env, each), '')
}
