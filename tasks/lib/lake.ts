import { join } from 'node:path'
import { z } from 'zod'
import { certificateFiles, type Environment } from '../../clients/environment.ts'
import { step } from '../../clients/terminal.ts'
import { type Line, submit } from './spark.ts'

const ingested = z.object({ stage: z.literal('ingested'), feed: z.string(), batches: z.int(), rows: z.int(), quarantined: z.int(), files: z.int() })

const place = (env: Environment) => ({ lake: `${env.hdfs.url}${env.variables.LAKE}`, lock: join(env.stack, 'run', 'lake.lock') })

/**
 * Brings what is new in the topics into the lake.
 *
 * @param options `batch` records at most are committed at once; `follow` seconds pass between two looks, without it the
 *   job ends when all that was there has been read
 * @returns what was added, by feed
 */
export async function ingest(env: Environment, master: string, options: { batch: string; follow?: string }) {
  const files = certificateFiles(env, 'analytics')
  const kafka = { brokers: env.clusters.analytics.brokers.join(','), keystore: files.bundle, truststore: files.ca }
  const lines = await step('ingest', (progress) =>
    submit(env, { module: 'lake', main: 'ru.vygodno.lake.Ingest', arguments: { ...place(env), ...kafka, ...options } }, master, (line) => progress(describe(line))),
  )
  return lines.flatMap((line) => ingested.safeParse(line).data ?? [])
}

function describe({ stage, feed, batch, rows }: Line): string {
  return [stage, feed, batch === undefined ? '' : `batch ${String(batch)}`, rows === undefined ? '' : `${String(rows)} rows`].filter(Boolean).join(' ')
}
