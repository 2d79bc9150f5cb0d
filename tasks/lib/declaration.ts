import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { authorities, authorityFile } from './authorities.ts'
import type { Service } from './compose.ts'
import { programOf } from './programs.ts'
import { stackSecrets } from './secrets.ts'

const texts = z.record(z.string(), z.string())
const shape = z.object({ command: z.array(z.string()), environment: texts, files: texts, program: texts, certificates: texts })
/** All that a service is started from: kept beside its pid file as long as it runs, to see what has changed since. */
type Declaration = z.infer<typeof shape>
/** What differs, by name; without `from` it is new, without `to` it goes. */
export type Difference = { name: string; from?: string; to?: string }

const recordFile = (env: Environment, service: Service) => join(env.stack, 'run', `${service.name}.declaration.json`)
const digest = (content: string) => createHash('sha256').update(content).digest('hex').slice(0, 16)

/** A short name of all that a service is started from. */
export function fingerprint(env: Environment, service: Service): string {
  return digest(JSON.stringify(declarationOf(env, service)))
}

/** Keeps what a service is started from, for `differences`; its owner only may read it. */
export function keepDeclaration(env: Environment, service: Service): void {
  const file = recordFile(env, service)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(declarationOf(env, service)), { mode: 0o600 })
}

function declarationOf(env: Environment, service: Service): Declaration {
  // whoever shows a certificate also trusts a CA, which may be replaced; those who trust that of alerting name it
  const common = service.secrets.length > 0 ? authorities.filter((which) => which !== 'alerting') : []
  const trust = common.map((which) => join(env.stack, 'certs', `${authorityFile[which]}.crt`))
  const rendered = [...service.configs].map(([target, { text }]) => [relative(service.folders.config, target), meaning(target, text)])
  const read = filesOf(env, service).map((file) => [relative(env.root, file), meaning(file, readFileSync(file, 'utf8'))])
  return {
    command: service.command,
    environment: service.environment,
    files: Object.fromEntries([...rendered, ...read]),
    program: programOf(env, service),
    certificates: Object.fromEntries([...service.secrets, ...trust].map((file) => [basename(file), existsSync(file) ? digest(readFileSync(file, 'base64')) : 'none'])),
  }
}

/** Files of config/ that the program reads where they lie, such as options of the JVM. */
function filesOf(env: Environment, { command }: Service): string[] {
  const folder = join(env.root, 'config', '/')
  const plain = command.map((part) => part.replace(/^(.*?)(file:\/\/\S+)$/, (_, before: string, url: string) => before + fileURLToPath(url)))
  const named = plain.flatMap((part) => (part.includes(folder) ? [part.slice(part.indexOf(folder))] : []))
  return [...new Set(named)].filter((file) => existsSync(file))
}

/** Comments and empty lines mean nothing to a program. */
function meaning(file: string, text: string): string {
  if (!/\.(properties|conf|options|ini|ya?ml)$/.test(file)) return text
  return text.split('\n').filter((line) => !/^\s*(#|$)/.test(line)).join('\n')
}

/** What separates the declaration of a service now from the one that it was started from; no secret is in it. */
export function differences(env: Environment, service: Service): Difference[] {
  const now = declarationOf(env, service)
  const before = recorded(env, service)
  if (!before) return [{ name: 'declaration', from: 'that of another version', to: 'this one' }]
  const files = keysOf(before.files, now.files).flatMap((name) => lineDifferences(name, before.files[name], now.files[name]))
  const environment = changed(before.environment, now.environment).map(({ name, ...values }) => ({ name: `environment ${name}`, ...values }))
  const certificates = changed(before.certificates, now.certificates).map(({ name }) => ({ name, from: 'the one it was started with', to: 'another' }))
  const command = lineDifferences('command', before.command.join('\n'), now.command.join('\n'))
  const all = [...command, ...environment, ...files, ...builds(changed(before.program, now.program)), ...certificates]
  return numbered(all.map((difference) => withoutSecrets(env, difference)))
}

function recorded(env: Environment, service: Service): Declaration | undefined {
  try {
    return shape.parse(JSON.parse(readFileSync(recordFile(env, service), 'utf8')))
  } catch {
    return undefined
  }
}

const keysOf = (one: object, other: object) => [...new Set([...Object.keys(one), ...Object.keys(other)])]

function changed(before: Record<string, string>, now: Record<string, string>): Difference[] {
  return keysOf(before, now).filter((name) => before[name] !== now[name]).map((name) => difference(name, before[name], now[name]))
}

/** Of a program, which of its files were built or resolved anew; of many only how many. */
function builds(all: Difference[]): Difference[] {
  const named = all.map(({ name, from, to }) => ({ name, from: from && 'the one it was started with', to: to && 'another build' }))
  const rest = named.length - shownBuilds
  const first = named.slice(0, shownBuilds).map(({ name, from, to }) => difference(name, from, to))
  return rest > 0 ? [...first, { name: 'program', to: `and ${rest} more files` }] : first
}

const shownBuilds = 5

const difference = (name: string, from?: string, to?: string): Difference => ({ name, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) })

const shownLines = 12

/** Lines that went and lines that came; those that set the same thing stand together. */
function lineDifferences(file: string, before = '', now = ''): Difference[] {
  if (before === now) return []
  const gone = lacking(before.split('\n'), now.split('\n'))
  const come = lacking(now.split('\n'), before.split('\n'))
  const pairs = come.map((line) => {
    const at = gone.findIndex((other) => settingOf(other).key === settingOf(line).key)
    const [old] = at < 0 ? [] : gone.splice(at, 1)
    return difference(`${file} ${settingOf(line).key}`.trimEnd(), old === undefined ? undefined : settingOf(old).value, settingOf(line).value)
  })
  const all = [...pairs, ...gone.map((line) => difference(`${file} ${settingOf(line).key}`.trimEnd(), settingOf(line).value))]
  if (all.length === 0) return [{ name: file, from: 'its lines', to: 'in another order' }]
  return all.length <= shownLines ? all : [...all.slice(0, shownLines), { name: file, to: `and ${all.length - shownLines} more lines` }]
}

/** The lines of one that the other lacks, each as often as it does. */
function lacking(one: string[], other: string[]): string[] {
  const left = [...other]
  return one.filter((line) => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at < 0 && line !== ''
  })
}

/** What a line sets: `name=value`, `name: value`, `name  value`, `-Xmx320m`; of any other line, the line. */
function settingOf(line: string): { key: string; value: string } {
  const [, name, value] = /^\s*(?:- )?(-Xm[nsx]|-XX:[+-]?\w+|[\w.$/-]+?)(?:\s*[=:]\s*|\s{2,}|(?<=-X(?:m.|X:[+-]?\w+)))(.*)$/.exec(line) ?? []
  return name === undefined || value === undefined ? { key: '', value: line.trim() } : { key: name, value: value.trim() }
}

/** A field has one name: the second of the same name gets a number. */
function numbered(all: Difference[]): Difference[] {
  return all.map((each, index) => {
    const earlier = all.slice(0, index).filter(({ name }) => name === each.name).length
    return earlier === 0 ? each : { ...each, name: `${each.name} (${earlier + 1})` }
  })
}

function withoutSecrets(env: Environment, { name, from, to }: Difference): Difference {
  const { SPARK_SECRET } = stackSecrets(env)
  const hidden = (value?: string) => {
    if (value === undefined) return undefined
    if (/password|secret|token/i.test(`${name} ${value}`)) return '‹not shown›'
    return SPARK_SECRET ? value.replaceAll(SPARK_SECRET, '‹not shown›') : value
  }
  return difference(name, hidden(from), hidden(to))
}
