import { z } from 'zod'
import type { Environment } from './environment.ts'
import { InfraError, messageOf } from './errors.ts'
import { checkpoint, interruption } from './interruption.ts'

const stateShape = z.object({ status: z.string(), workers: z.array(z.object({ port: z.int(), state: z.string() })) })

/**
 * What this stack's standalone Spark master says of itself over HTTP.
 *
 * @returns whether it is in charge, and the ports of the workers that are alive
 * @throws InfraError `SPARK_UNREACHABLE`
 */
export async function sparkState(env: Environment): Promise<{ alive: boolean; workers: number[] }> {
  const url = `${env.spark.http}/json/`
  const answered = await fetch(url, { signal: AbortSignal.any([AbortSignal.timeout(5_000), interruption()]) }).then((response) => response.json()).catch((cause: unknown) => {
    checkpoint()
    const seen = cause instanceof Error && cause.cause ? messageOf(cause.cause) : messageOf(cause)
    throw new InfraError('SPARK_UNREACHABLE', `expected the Spark master at ${url} to answer, got: ${seen}`, 'COMPOSE_PROFILES=core,analytics,spark task up; or SPARK_MASTER=local[2]', { cause })
  })
  const { status, workers } = stateShape.parse(answered)
  return { alive: status === 'ALIVE', workers: workers.filter(({ state }) => state === 'ALIVE').map(({ port }) => port) }
}
