import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import {
  CORE_SCHEMA,
  EVENT_ALIAS,
  EVENT_DOCUMENT,
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  type Event,
  FAILSAFE_SCHEMA,
  load,
  mergeTag,
  nullCoreTag,
  parseEvents,
  type Schema,
  YAMLException,
} from 'js-yaml'
import { z } from 'zod'
import { messageOf, UsageError } from '../../clients/errors.ts'
import { didYouMean } from '../../clients/suggestion.ts'

/** One thing wrong in one file; line and column count from 1. */
export type Problem = { file: string; line: number; column: number; path: string; message: string }

/** A parsed file: its value, if it has the right shape, and a way to point at a place in it. */
export type Loaded<T> = { value: T | undefined; problems: Problem[]; problem: (path: PropertyKey[], message: string) => Problem }

/**
 * Every scalar is text, exactly as it is written: `00123`, `1E3` or `7.10` are no numbers, `yes` is no switch, a date is no
 * instant. Only nothing (`~`, `null`, an empty place) is told apart. What is meant as a number or switch says so in its shape.
 */
const asWritten = FAILSAFE_SCHEMA.withTags(nullCoreTag, mergeTag)
/** As YAML's core schema has it, for files that other programs read, too: what is a number to them must not stand for text. */
export const asTyped = CORE_SCHEMA.withTags(mergeTag)

/** Text, exactly as it is written. */
export const text = z.string({ error: 'expected text' })
/** A switch. */
export const trueOrFalse = z.enum(['true', 'false'], { error: 'expected true or false' }).transform((word) => word === 'true')
/** A whole number in plain decimal digits. */
export function wholeNumber(from: number, to = Number.MAX_SAFE_INTEGER) {
  const error = `expected a whole number from ${from} to ${to}`
  const isOne = (digits: string) => /^(0|[1-9]\d{0,15})$/.test(digits) && Number(digits) >= from && Number(digits) <= to
  return z.string({ error }).refine(isOne, { error }).transform(Number)
}

/**
 * Reads a YAML file against a schema and reports every problem with its position rather than the first.
 *
 * @param file absolute path; problems show it relative to `root`
 * @param schema what becomes of scalars
 */
export function loadYaml<T>(file: string, root: string, shape: z.ZodType<T>, schema: Schema = asWritten): Loaded<T> {
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
  const { starts, scalars } = positions(parseEvents(source, { filename: name }), source)
  const problem = (path: PropertyKey[], message: string): Problem => ({ file: name, ...lineAndColumn(source, nearest(starts, path)), path: path.join('.'), message })
  const parsed = shape.safeParse(raw)
  if (parsed.success) return { value: parsed.data, problems: [], problem }
  const seen = (path: PropertyKey[]): string => {
    const value = path.reduce<unknown>((outer, key) => (outer as Record<PropertyKey, unknown> | null | undefined)?.[key], raw)
    if (value === undefined || value === null) return 'nothing'
    const written = scalars.get(pathKey(path))
    return typeof value === 'string' || typeof value === 'object' || written === undefined ? JSON.stringify(value) : `${written}: in quotes, if it is meant as text`
  }
  return { value: undefined, problems: parsed.error.issues.flatMap((issue) => explain(issue, shape, problem, seen)), problem }
}

/** @throws UsageError `CONFIG_INVALID` listing all problems as `file:line:col path: expected …, got …` */
export function refuse(problems: Problem[]): void {
  if (problems.length === 0) return
  const lines = problems.map(({ file, line, column, path, message }) => `  ${file}:${line}:${column} ${path ? `${path}: ` : ''}${message}`)
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  throw new UsageError('CONFIG_INVALID', `${count} in the configuration, nothing was touched\n${lines.join('\n')}`, 'correct the lines above, then task plan')
}

function explain(issue: z.core.$ZodIssue, shape: z.ZodType, problem: Loaded<unknown>['problem'], seen: (path: PropertyKey[]) => string): Problem[] {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return meant(issue.errors).flatMap((inner) => explain({ ...inner, path: [...issue.path, ...inner.path] }, shape, problem, seen))
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(shape, issue.path)
    return issue.keys.map((key) => problem([...issue.path, key], `expected one of ${known.join(', ')}, got ${key}${didYouMean(key, known)}`))
  }
  const expected = issue.message.replace(/^Invalid (input|option|string): /, '').replace(/, received .*$/, '')
  return [problem(issue.path, /, got /.test(expected) ? expected : `${expected}, got ${seen(issue.path)}`)]
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

/** Where each value begins, a map entry at its key, a list entry at its value; and scalars as they are written. */
function positions(events: Event[], source: string): { starts: Map<string, number>; scalars: Map<string, string> } {
  const starts = new Map<string, number>()
  const scalars = new Map<string, string>()
  const open: { path: PropertyKey[]; key?: string | undefined; isMap: boolean; index: number }[] = []
  const enter = (start: number): PropertyKey[] => {
    const parent = open.at(-1)
    if (!parent) return []
    const path = [...parent.path, parent.isMap ? (parent.key ?? '') : parent.index++]
    parent.key = undefined
    if (!starts.has(pathKey(path)) && start >= 0) starts.set(pathKey(path), start)
    return path
  }
  for (const event of events) {
    const parent = open.at(-1)
    if (event.type === EVENT_POP) open.pop()
    else if (event.type === EVENT_DOCUMENT) continue
    else if (event.type === EVENT_SCALAR && parent?.isMap && parent.key === undefined) {
      parent.key = source.slice(event.valueStart, event.valueEnd)
      starts.set(pathKey([...parent.path, parent.key]), event.valueStart)
    } else if (event.type === EVENT_SCALAR) scalars.set(pathKey(enter(event.valueStart)), source.slice(event.valueStart, event.valueEnd))
    else if (event.type === EVENT_ALIAS) enter(event.anchorStart)
    else if (event.type === EVENT_MAPPING || event.type === EVENT_SEQUENCE)
      open.push({ path: enter(event.start), isMap: event.type === EVENT_MAPPING, index: 0 })
  }
  return { starts, scalars }
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
