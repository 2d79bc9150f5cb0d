import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { distance } from 'fastest-levenshtein'
import {
  CORE_SCHEMA,
  EVENT_ALIAS,
  EVENT_DOCUMENT,
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  type Event,
  load,
  mergeTag,
  parseEvents,
  YAMLException,
} from 'js-yaml'
import { z } from 'zod'
import { messageOf, UsageError } from '../../clients/errors.ts'

/** One thing wrong in one file; line and column count from 1. */
export type Problem = { file: string; line: number; column: number; path: string; message: string }

/** A parsed file: its value, if it has the right shape, and a way to point at a place in it. */
export type Loaded<T> = { value: T | undefined; problems: Problem[]; problem: (path: PropertyKey[], message: string) => Problem }

const schema = CORE_SCHEMA.withTags(mergeTag)

/**
 * Reads a YAML file against a schema and reports every problem with its position rather than the first.
 *
 * @param file absolute path; problems show it relative to `root`
 */
export function loadYaml<T>(file: string, root: string, shape: z.ZodType<T>): Loaded<T> {
  const name = relative(root, file)
  const refused = (line: number, column: number, message: string): Loaded<T> => {
    const only = { file: name, line, column, path: '', message }
    return { value: undefined, problems: [only], problem: () => only }
  }
  let source: string
  let raw: unknown
  try {
    source = readFileSync(file, 'utf8')
    raw = load(source, { schema, filename: name })
  } catch (error) {
    if (!(error instanceof YAMLException)) return refused(1, 1, messageOf(error))
    const mark = z.object({ line: z.number(), column: z.number() }).safeParse(error.mark)
    return refused((mark.data?.line ?? 0) + 1, (mark.data?.column ?? 0) + 1, error.reason)
  }
  const offsets = positions(parseEvents(source, { filename: name }), source)
  const problem = (path: PropertyKey[], message: string): Problem => ({ file: name, ...lineAndColumn(source, nearest(offsets, path)), path: path.join('.'), message })
  const parsed = shape.safeParse(raw)
  if (parsed.success) return { value: parsed.data, problems: [], problem }
  return { value: undefined, problems: parsed.error.issues.flatMap((issue) => explain(issue, raw, shape, problem)), problem }
}

/** @throws UsageError `CONFIG_INVALID` listing all problems as `file:line:col path: expected …, got …` */
export function refuse(problems: Problem[]): void {
  if (problems.length === 0) return
  const lines = problems.map(({ file, line, column, path, message }) => `  ${file}:${line}:${column} ${path ? `${path}: ` : ''}${message}`)
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  throw new UsageError('CONFIG_INVALID', `${count} in the configuration, nothing was touched\n${lines.join('\n')}`, 'correct the lines above, then task plan')
}

/** ` — did you mean "x"?` when one of the candidates is close to the word, otherwise nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const ranked = [...candidates].map((candidate) => ({ candidate, far: distance(word, candidate) })).sort((a, b) => a.far - b.far)
  const best = ranked[0]
  return best && best.far <= Math.max(2, word.length / 4) ? ` — did you mean "${best.candidate}"?` : ''
}

function explain(issue: z.core.$ZodIssue, raw: unknown, shape: z.ZodType, problem: Loaded<unknown>['problem']): Problem[] {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return meant(issue.errors).flatMap((inner) => explain({ ...inner, path: [...issue.path, ...inner.path] }, raw, shape, problem))
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(shape, issue.path)
    return issue.keys.map((key) => problem([...issue.path, key], `expected one of ${known.join(', ')}, got ${key}${didYouMean(key, known)}`))
  }
  const seen = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], raw)
  const shown = seen === undefined ? 'nothing' : JSON.stringify(seen)
  return [problem(issue.path, `${issue.message.replace(/^Invalid (input|option|string): /, '').replace(/, received .*$/, '')}, got ${shown}`)]
}

/** Of several things that could stand there, the one that it comes closest to. */
function meant(errors: z.core.$ZodIssue[][]): z.core.$ZodIssue[] {
  const far = (issues: z.core.$ZodIssue[]) => issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0)
  return errors.toSorted((one, other) => far(one) - far(other))[0] ?? []
}

function knownKeys(shape: z.ZodType, path: PropertyKey[]): string[] {
  let at: unknown = shape
  for (const key of [...path, undefined]) {
    while (at instanceof z.ZodOptional || at instanceof z.ZodDefault || at instanceof z.ZodPrefault) at = at.unwrap()
    if (key === undefined) break
    if (at instanceof z.ZodObject) at = at.shape[String(key)]
    else if (at instanceof z.ZodRecord) at = at.valueType
    else if (at instanceof z.ZodArray) at = at.element
  }
  const options = at instanceof z.ZodUnion ? at.options : [at]
  return [...new Set(options.flatMap((option) => (option instanceof z.ZodObject ? Object.keys(option.shape) : [])))]
}

const pathKey = (path: PropertyKey[]) => JSON.stringify(path.map(String))

/** Where each value begins: a map entry at its key, a list entry at its value. */
function positions(events: Event[], source: string): Map<string, number> {
  const found = new Map<string, number>()
  const open: { path: PropertyKey[]; key?: string | undefined; isMap: boolean; index: number }[] = []
  const enter = (start: number): PropertyKey[] => {
    const parent = open.at(-1)
    if (!parent) return []
    const path = [...parent.path, parent.isMap ? (parent.key ?? '') : parent.index++]
    parent.key = undefined
    if (!found.has(pathKey(path))) found.set(pathKey(path), start)
    return path
  }
  for (const event of events) {
    const parent = open.at(-1)
    if (event.type === EVENT_POP) open.pop()
    else if (event.type === EVENT_DOCUMENT) continue
    else if (event.type === EVENT_SCALAR && parent?.isMap && parent.key === undefined) {
      parent.key = source.slice(event.valueStart, event.valueEnd)
      found.set(pathKey([...parent.path, parent.key]), event.valueStart)
    } else if (event.type === EVENT_SCALAR) enter(event.valueStart)
    else if (event.type === EVENT_ALIAS) enter(0)
    else if (event.type === EVENT_MAPPING || event.type === EVENT_SEQUENCE)
      open.push({ path: enter(event.start), isMap: event.type === EVENT_MAPPING, index: 0 })
  }
  return found
}

/** The place itself, or the innermost thing around it that stands in the file. */
function nearest(found: Map<string, number>, path: PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const offset = found.get(pathKey(path.slice(0, length)))
    if (offset !== undefined) return offset
  }
  return 0
}

function lineAndColumn(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
