import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../../../clients/environment.ts'
import { InfraError } from '../../../clients/errors.ts'
import { checkpoint } from '../../../clients/interruption.ts'
import { cleanEnvironment } from '../../../clients/surroundings.ts'
import { listBans } from '../bans.ts'
import { outcomeOf } from '../children.ts'
import { judge } from '../matcher.ts'

/** One figure with what it should be; `target` is a limit in the same unit. */
export type Measure = { what: string; value: number; unit: string; target?: { atMost: number } | { atLeast: number } }

/** A benchmark measures on the running stack of the environment; one that takes long is run only when it is named. */
export type Benchmark = { name: string; needs: 'nothing' | 'platform' | 'brokers'; onRequest?: true; run(env: Environment, progress: (text: string) => void): Promise<Measure[]> }

/** Runs a program to its end and returns its stdout and how long it took, process start included. */
export async function timed(command: string[], options: { cwd: string }): Promise<{ stdout: string; ms: number }> {
  const [program = '', ...args] = command
  const started = performance.now()
  const child = spawn(program, args, { ...options, env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const how = await outcomeOf(child)
  checkpoint()
  if (how !== 0) throw new InfraError('BENCH_PROGRAM', `expected ${command.join(' ')} to succeed, it ended with ${how}: ${stderr.trim().slice(-500)}`, 'task status')
  return { stdout, ms: performance.now() - started }
}

/** The value below which a share of the values lies (nearest rank). */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

const productShape = z.looseObject({ product_id: z.string(), sku: z.string() })

const sampleFile = 'data/products.json'

/** Ids of the committed products that no rule in force holds back. */
export async function allowedSamples(env: Environment): Promise<Set<string>> {
  const allowed = new Set<string>()
  for await (const { product_id: id, rules = [] } of judge(env, await listBans(env), join(env.root, sampleFile))) if (id && rules.length === 0) allowed.add(id)
  return allowed
}

/**
 * Endless realistic products: the committed ones again and again under new ids.
 *
 * @param wanted ids of the committed products to take (default: all)
 */
export function makeProducts(env: Environment, prefix: string, wanted?: Set<string>): (index: number) => { key: string; value: string } {
  const samples = z.array(productShape).parse(JSON.parse(readFileSync(join(env.root, sampleFile), 'utf8'))).filter(({ product_id: id }) => !wanted || wanted.has(id))
  return (index) => {
    const id = `${prefix}-${index}`
    return { key: id, value: JSON.stringify({ ...samples[index % samples.length], product_id: id, sku: id }) }
  }
}
