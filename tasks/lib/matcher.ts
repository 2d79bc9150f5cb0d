import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { InfraError } from '../../clients/errors.ts'
import { checkpoint } from '../../clients/interruption.ts'
import { lines } from '../../clients/lines.ts'
import { admitted } from '../../clients/product-file/door.ts'
import type { RawRecord } from '../../clients/product-file/records.ts'
import { openSource } from '../../clients/product-file/source.ts'
import type { Rule } from '../../clients/rules.ts'
import { cleanEnvironment } from '../../clients/surroundings.ts'
import { outcomeOf } from './children.ts'
import { jdkProgram } from './jdk.ts'
import { countersInMemory } from './temporary.ts'

const answerSchema = z.object({
  product_id: z.string().optional(),
  name: z.string().optional(),
  rules: z.array(z.string()).optional(),
  reason: z.string().optional(),
  detail: z.string().optional(),
})

/** What would become of one record: held back by `rules`, or refused, or dead-lettered, for a `reason`. */
export type Verdict = { line: number } & z.infer<typeof answerSchema>

/**
 * Judges a product file as `task shop -- send` reads it, by the filter's own code: a test can't differ from what would
 * be done.
 *
 * @param file its name, `-` for standard input
 * @throws UsageError as `openSource`
 */
export async function* judge(env: Environment, rules: Rule[], file: string): AsyncGenerator<Verdict> {
  const source = await openSource(file)
  try {
    yield* judgeRecords(env, rules, atTheDoor(source.records()))
  } finally {
    await source.close()
  }
}

async function* atTheDoor(chunks: AsyncIterable<RawRecord[]>): AsyncGenerator<RawRecord[]> {
  for await (const records of chunks)
    yield records.map((record) => {
      const result = admitted(record)
      return 'reason' in result ? { ...record, defect: result } : { ...record, bytes: result.bytes }
    })
}

/**
 * Judges records by the filter's own code; those that have a defect already keep it.
 *
 * @returns a verdict for each, in their order
 */
export async function* judgeRecords(env: Environment, rules: Rule[], chunks: AsyncIterable<RawRecord[]>): AsyncGenerator<Verdict> {
  const options = [countersInMemory, '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', join(env.build, 'jars', 'product-filter', '*')]
  const matcher = spawn(jdkProgram('java'), [...options, 'ru.vygodno.filter.TestRules'], { env: cleanEnvironment(), stdio: ['pipe', 'pipe', 'pipe'] })
  let complaint = ''
  matcher.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  const ended = outcomeOf(matcher)
  // it is awaited when all is read
  ended.catch(() => {})
  const asked: RawRecord[] = []
  async function* parts() {
    yield part(Buffer.from(JSON.stringify(rules)))
    for await (const records of chunks) {
      asked.push(...records)
      const whole = records.filter(({ defect }) => !defect)
      if (whole.length > 0) yield Buffer.concat(whole.map(({ bytes }) => part(bytes)))
    }
  }
  let problem: unknown
  const told = pipeline(Readable.from(parts()), matcher.stdin).catch((error: unknown) => (problem = error))
  try {
    for await (const answer of lines(matcher.stdout)) {
      yield* defective(asked)
      const record = asked.shift()
      yield { line: record?.line ?? 0, ...answerSchema.parse(JSON.parse(answer)) }
    }
    await told
    const code = await ended
    checkpoint()
    if (code !== 0) throw new InfraError('MATCHER_FAILED', `expected the matcher to read rules and products, it ended with exit code ${code}: ${complaint.trim()}`, 'task banned -- list')
    if (problem) throw problem
    yield* defective(asked)
  } finally {
    matcher.kill()
  }
}

/** The first records that have a defect, taken off. */
function* defective(asked: RawRecord[]): Generator<Verdict> {
  for (let defect = asked[0]?.defect; defect; defect = asked[0]?.defect) {
    const { reason, detail } = defect
    yield { line: asked.shift()?.line ?? 0, reason, detail }
  }
}

/** Bytes after their length. */
function part(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
