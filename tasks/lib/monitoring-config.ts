import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { cleanEnvironment } from '../../clients/surroundings.ts'
import { findTool } from './tools.ts'
import { interpolate } from './variables.ts'
import { watched } from './watched.ts'
import { asTyped, type Loaded, loadYaml, type Problem, text as anyText } from './yaml.ts'

const text = anyText.min(1)
const alert = z.strictObject({
  alert: text,
  expr: text,
  for: text.optional(),
  labels: z.looseObject({ severity: z.enum(['critical', 'warning', 'none']) }),
  annotations: z.strictObject({ summary: text, description: text, runbook: text }),
})
const rulesShape = z.strictObject({
  groups: z.array(z.strictObject({ name: text, interval: text.optional(), rules: z.array(z.union([alert, z.strictObject({ record: text, expr: text })])) })),
})
const prometheusShape = z.looseObject({ scrape_configs: z.array(z.looseObject({ job_name: text })) })
const alertmanagerShape = z.looseObject({ route: z.looseObject({ receiver: text }), receivers: z.array(z.looseObject({ name: text })) })

const jmxShape = z.strictObject({
  lowercaseOutputName: z.boolean(),
  lowercaseOutputLabelNames: z.boolean(),
  includeObjectNames: z.array(text),
  excludeObjectNames: z.array(text).optional(),
  rules: z.array(z.strictObject({ pattern: text, name: anyText, type: z.enum(['GAUGE', 'COUNTER']), value: z.number().optional(), labels: z.record(text, text).optional(), cache: z.boolean().optional() })),
})

type Check = { loaded: Loaded<unknown>; file: string; tool: 'promtool' | 'amtool'; args: string[] }

/**
 * Everything that Prometheus, Alertmanager and the JMX exporters would refuse at their start, found before anything is restarted. Our own
 * shapes are checked everywhere, PromQL and templates by the tools themselves where this machine has them.
 */
export function checkMonitoring(env: Environment, folder: string): Problem[] {
  const rulesFolder = join(folder, 'prometheus', 'rules')
  const checks: Check[] = [
    ...readdirSync(rulesFolder).sort().map((name): Check => {
      const file = join(rulesFolder, name)
      return { file, loaded: loadYaml(file, env.root, rulesShape, asTyped), tool: 'promtool', args: ['check', 'rules'] }
    }),
    { file: join(folder, 'prometheus', 'prometheus.yml'), loaded: loadYaml(join(folder, 'prometheus', 'prometheus.yml'), env.root, prometheusShape, asTyped), tool: 'promtool', args: ['check', 'config', '--syntax-only'] },
    { file: join(folder, 'alertmanager', 'alertmanager.yml'), loaded: loadYaml(join(folder, 'alertmanager', 'alertmanager.yml'), env.root, alertmanagerShape, asTyped), tool: 'amtool', args: ['check-config'] },
  ]
  const jmxFolder = join(folder, 'jmx')
  const jmx = readdirSync(jmxFolder).sort().flatMap((name) => loadYaml(join(jmxFolder, name), env.root, jmxShape, asTyped).problems)
  return [...jmx, ...checks.flatMap((check) => (check.loaded.problems.length > 0 ? check.loaded.problems : checkByTool(env, check)))]
}

/** A file that a tool has accepted once is not given to it again: each call takes a tenth of a second. */
function checkByTool(env: Environment, { loaded, file, tool, args }: Check): Problem[] {
  const [program] = findTool(env, tool) ?? []
  if (!program) return []
  const source = readFileSync(file, 'utf8')
  const accepted = join(env.build, 'accepted', createHash('sha256').update(`${tool}\n${source}`).digest('hex').slice(0, 16))
  if (existsSync(accepted)) return []
  const scratch = mkdtempSync(join(tmpdir(), 'vygodno-check-'))
  try {
    const filled = join(scratch, basename(file))
    writeFileSync(filled, interpolate(source, { ...env.variables, ...watched(env, {}), CONFIG: scratch }, file).text)
    execFileSync(program, [...args, filled], { encoding: 'utf8', env: cleanEnvironment(), stdio: 'pipe' })
    mkdirSync(join(env.build, 'accepted'), { recursive: true })
    writeFileSync(accepted, '')
    return []
  } catch (error) {
    const said = z.object({ stdout: z.string(), stderr: z.string() }).safeParse(error).data
    if (!said) throw error
    return [explain(loaded, source, `${said.stdout}\n${said.stderr}`, scratch)]
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The tools say a place in several ways: `5:15: …`, `line 7: …`, `group "x", rule 2, …`, or none. */
function explain(loaded: Loaded<unknown>, source: string, said: string, scratch: string): Problem {
  const lines = said.split('\n').map((line) => line.replace(/^.*FAILED:/, '').trim())
  const message = lines.filter((line) => line && !/^(Checking|amtool: error|SUCCESS)/.test(line)).join(' ').split(`${scratch}/`).map((part, index) => (index === 0 ? part : part.replace(/^[^:]*: /, ''))).join('')
  const place = /^(\d+):(\d+): /.exec(message)
  const line = /line (\d+): /.exec(message)
  if (place) return { ...loaded.problem([], message.slice(place[0].length)), line: Number(place[1]), column: Number(place[2]) }
  if (line) return { ...loaded.problem([], message), line: Number(line[1]), column: 1 }
  const [, group, number] = /group "([^"]*)", rule (\d+)/.exec(message) ?? []
  const groups = z.object({ groups: z.array(z.object({ name: z.string() })) }).safeParse(loaded.value).data?.groups ?? []
  if (group !== undefined) return loaded.problem(['groups', groups.findIndex(({ name }) => name === group), 'rules', Number(number) - 1], message)
  // amtool tells the name or value that it does not like, but not where it stands
  const [, word] = /"([^"]+)"/.exec(message) ?? []
  const at = source.split('\n').findIndex((text) => word !== undefined && text.includes(word) && !text.trimStart().startsWith('#'))
  return at < 0 ? loaded.problem([], message) : { ...loaded.problem([], message), line: at + 1, column: 1 }
}
