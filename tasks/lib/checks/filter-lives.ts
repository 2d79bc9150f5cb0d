import type { Environment } from '../../../clients/environment.ts'
import { messageOf } from '../../../clients/errors.ts'
import { kafkaClient, readTopic, topicOffsets } from '../../../clients/kafka.ts'
import { groupPosition } from '../../../clients/positions.ts'
import { readAnswer, readRule } from '../../../clients/rules.ts'
import { commonTopic } from '../../../clients/stores.ts'
import { type Claim, judged, settled, type Verdict } from './check.ts'
import { filterGroup, type Reader, theFilter, waitingFor } from './on-its-way.ts'

/** What stands behind the filter says what it did once; these say that it works now. */
export const filterLives = (env: Environment): Claim[] => [threadsRun(env), isAMember(env), ...theFilter(env).map((reader) => nothingWaits(env, reader)), rulesAreAnswered(env)]

function threadsRun(env: Environment): Claim {
  return {
    name: 'the filter answers',
    expected: 'at least one stream thread that runs',
    look: () =>
      settled(async () => {
        const url = `http://${env.host}:${env.variables.PRODUCT_FILTER_METRICS_PORT}/metrics`
        const text = await fetch(url, { signal: AbortSignal.timeout(5_000) }).then((answer) => answer.text(), (error: unknown) => `${url}: ${messageOf(error instanceof Error && error.cause ? error.cause : error)}`)
        const threads = /^kafka_streams_stream_metrics_alive_stream_threads\S* (\S+)/m.exec(text)?.[1]
        return judged(Number(threads) > 0, threads === undefined ? text.slice(0, 200) : `${Number(threads)} threads`)
      }),
  }
}

function isAMember(env: Environment): Claim {
  return {
    name: `it is a member of its group ${filterGroup}`,
    expected: 'Stable, with at least one member',
    look: () =>
      settled(async () => {
        const { state, members } = await groupPosition(kafkaClient(env, 'operator'), filterGroup, commonTopic)
        return judged(state === 'Stable' && members > 0, `${state}, ${members} members`)
      }),
  }
}

/** What came since the check began is not yet owed; with much before it, it is enough that it gets on. */
function nothingWaits(env: Environment, { topic: input }: Reader): Claim {
  return {
    name: `it has taken all of ${input}`,
    expected: 'everything that was there when the check began, or ever more of it',
    look: async () => {
      const kafka = kafkaClient(env, 'operator')
      const { start, end } = await topicOffsets(kafka, input)
      let first: bigint | undefined
      return settled(async (): Promise<Verdict> => {
        const { committed } = await groupPosition(kafka, filterGroup, input)
        const waiting = waitingFor(end, start, committed)
        const taken = (first ??= waiting) - waiting
        return judged(waiting === 0n || taken > 0n, taken > 0n && waiting > 0n ? `${waiting} records wait, ${taken} were taken while looking` : `${waiting} records wait`)
      })
    },
  }
}

/** A rule stands in every partition, and each of them has to say that it knows its last change. */
function rulesAreAnswered(env: Environment): Claim {
  return {
    name: 'it has answered every rule in force',
    expected: 'an answer to the last change of each, from every partition',
    look: (alive) =>
      settled(async () => {
        const [kafka, rules, answers] = [kafkaClient(env, 'operator'), new Map<string, string>(), new Map<string, string | null>()]
        await readTopic(kafka, 'operator', 'catalog.bans', ({ partition, key, value }) => {
          alive('reads the rules')
          const rule = key && value && readRule(key, value)
          if (rule) rules.set(`${key} in partition ${partition}`, rule.change)
          else if (value === null) rules.delete(`${key} in partition ${partition}`)
        })
        await readTopic(kafka, 'operator', 'catalog.bans.applied', ({ key, value }) => {
          if (key === null || value === null) return
          const answer = readAnswer(value)
          if (answer) answers.set(`${key} in partition ${answer.partition}`, answer.change)
        })
        const unanswered = [...rules].filter(([rule, change]) => !answers.has(rule) || (change && change !== answers.get(rule))).map(([rule]) => rule)
        if (rules.size === 0) return judged(false, 'no rule is in force')
        return judged(unanswered.length === 0, unanswered.length > 0 ? `${unanswered.length} not answered, ${unanswered[0]} among them` : `${rules.size} answers`)
      }),
  }
}
