import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { certificateFiles, type Environment } from '../../clients/environment.ts'
import { step } from '../../clients/terminal.ts'
import { runApp } from './apps.ts'
import { type Line, submit } from './spark.ts'

const learnt = z.object({ stage: z.literal('learn'), model: z.string(), settings: z.string(), users: z.int() })
const published = z.object({ stage: z.literal('publish'), records: z.int(), retracted: z.int() })

/** The page is committed: it must not depend on the day it is made. */
const until = '2026-03-01T00:00:00Z'

/** Settings were tried out on seeds below: what they were fitted to can't judge them. */
const firstSeed = 101

/**
 * Recommends products to every user of the lake; the lists go to the topic analytics.recommendations.
 *
 * @returns the model that was chosen, and how many lists were sent
 */
export async function recommend(env: Environment) {
  const { bundle, ca } = certificateFiles(env, 'analytics')
  const lake = `${env.hdfs.url}${env.variables.LAKE}`
  const kafka = { brokers: env.clusters.primary.brokers.join(','), keystore: bundle, truststore: ca }
  const lines = await step('recommend', (progress) =>
    submit(env, { module: 'recommend', main: 'ru.vygodno.recommend.Recommend', arguments: { lake, ...kafka } }, (line) => progress(line.stage)),
  )
  return { ...only(lines, learnt), ...only(lines, published) }
}

/**
 * Simulates markets, trains and measures all models on each, and replaces docs/evaluation.md.
 *
 * @param market how many markets, and how many users and events each has
 * @returns the page's path and all figures
 * @throws CheckError `CONTROL_FAILED` when the measuring itself is wrong
 */
export async function evaluate(env: Environment, market: { seeds: string; users: string; events: string }) {
  const folder = join(env.stack, 'data', 'evaluation')
  const products = join(env.root, 'data', 'products.json')
  rmSync(folder, { recursive: true, force: true })
  const seeds = Array.from({ length: Number(market.seeds) }, (_, index) => String(firstSeed + index))
  for (const seed of seeds) {
    const data = join(folder, seed)
    mkdirSync(data, { recursive: true })
    const files = ['--products', products, '--file', join(data, 'events.jsonl'), '--truth', join(data, 'truth.json')]
    const scenario = ['--users', market.users, '--events', market.events, '--seed', seed, '--until', until]
    await step(`market ${seed}`, () => runApp(env, 'client-api', ['simulate', ...scenario, ...files], z.unknown()))
  }
  await step('evaluate', (progress) =>
    submit(env, { module: 'recommend', main: 'ru.vygodno.recommend.Evaluate', arguments: { data: folder, products, out: folder }, local: true }, (line) => progress(`${line.stage} ${String(line.seed ?? '')}`)),
  )
  const page = join('docs', 'evaluation.md')
  mkdirSync(join(env.root, 'docs'), { recursive: true })
  copyFileSync(join(folder, 'evaluation.md'), join(env.root, page))
  return { page, studies: seeds.length, values: z.unknown().parse(JSON.parse(readFileSync(join(folder, 'evaluation.json'), 'utf8'))) }
}

function only<T>(lines: Line[], shape: z.ZodType<T>): T {
  return shape.parse(lines.find((line) => shape.safeParse(line).success))
}
