import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { Environment } from '../../clients/environment.ts'
import { InfraError } from '../../clients/errors.ts'
import { checkpoint } from '../../clients/interruption.ts'
import type { Rule } from '../../clients/rules.ts'
import { outcomeOf } from './children.ts'
import { jdkProgram } from './jdk.ts'

const verdictSchema = z.object({
  line: z.int(),
  product_id: z.string().optional(),
  name: z.string().optional(),
  rules: z.array(z.string()).optional(),
  reason: z.string().optional(),
  detail: z.string().optional(),
})

/** What the filter would do with one record of a file: hold it back by `rules`, or dead-letter it for a `reason`. */
export type Verdict = z.infer<typeof verdictSchema>

/**
 * Judges a product file by the filter's own code, so that a test can't differ from what the filter does.
 *
 * @param file JSON array or JSON lines
 */
export async function* judge(env: Environment, rules: Rule[], file: string): AsyncGenerator<Verdict> {
  const options = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', join(env.build, 'jars', 'product-filter', '*')]
  const matcher = spawn(jdkProgram('java'), [...options, 'ru.vygodno.filter.TestRules', '-', file], { stdio: ['pipe', 'pipe', 'pipe'] })
  let complaint = ''
  matcher.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  const ended = outcomeOf(matcher)
  // it is awaited when all is read
  ended.catch(() => {})
  matcher.stdin.end(JSON.stringify(rules))
  for await (const line of createInterface({ input: matcher.stdout })) yield verdictSchema.parse(JSON.parse(line))
  const code = await ended
  checkpoint()
  if (code !== 0) throw new InfraError('MATCHER_FAILED', `expected the matcher to read ${file}, it ended with exit code ${code}: ${complaint.trim()}`, 'task banned -- test data/products.json')
}
