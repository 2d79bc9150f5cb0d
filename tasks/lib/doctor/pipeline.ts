import { connectRest, groupOf } from '../../../clients/connect.ts'
import { type Environment, type Worker, workers } from '../../../clients/environment.ts'
import { pause } from '../../../clients/interruption.ts'
import { kafkaClient, topicOffsets } from '../../../clients/kafka.ts'
import { groupPosition } from '../../../clients/positions.ts'
import { openTransactions } from '../../../clients/transactions.ts'
import { type Reader, theFilter, waitingFor } from '../checks/on-its-way.ts'
import { stateOf } from '../connector-faults.ts'
import { partitionsWithoutRules } from '../seed-rules.ts'
import type { Examination, Finding, Patient } from './finding.ts'

const brokers = ({ services }: Patient) => services.filter(({ name }) => name.startsWith('kafka-')).map(({ name }) => name)

/** A filter that lives and has no rules lists nothing. */
const rules: Examination = {
  name: 'rules',
  needs: (patient) => [...brokers(patient).slice(0, 1), 'product-filter'],
  look: async ({ env }) => {
    const waiting = await partitionsWithoutRules(env, 'quick')
    return waiting.length === 0 ? [] : [{ kind: 'wrong', what: `the filter has no rules in partitions ${waiting.join(', ')}, and lists nothing there`, mend: 'task apply -- bans' }]
  },
}

/** Connectors that have failed, stand still, or are not there. */
const connectors = (worker: Worker): Examination => ({
  name: `connectors of ${worker}`,
  ...(worker === 'mirror' ? { profile: 'analytics' as const } : {}),
  needs: () => [worker],
  look: async ({ env, config }) => {
    const all = await connectRest(env, worker).connectors()
    const kind = worker === 'mirror' ? 'mirrors' : 'connectors'
    return config.connectors[worker].flatMap(({ name }): Finding[] => {
      const found = all[name]
      if (!found) return [{ kind: 'wrong', what: `${worker}: connector ${name} is not there`, mend: `task apply -- ${kind}` }]
      const state = stateOf(worker, found)
      return state === 'RUNNING' ? [] : [{ kind: 'wrong', what: `${worker}: connector ${name} is ${/^\w+( \d+ \w+)?/.exec(state)?.[0]}`, why: state, mend: state.includes('missing: the right') ? 'task apply -- acls' : `task apply -- ${kind}; task logs -- ${worker}` }]
    })
  },
})

/** What is fewer waits for the next commit only. */
const worthSaying = 100n
/** A sink commits every ten seconds, later on a machine that is busy. */
const standsStillMs = 35_000
const lookEveryMs = 2_000

/** Readers that are behind and take nothing. One that gets on needs nobody. */
const lag: Examination = {
  name: 'lag',
  needs: brokers,
  look: async ({ env, config }) => {
    const sinks = config.connectors.connect.flatMap(({ name, config: settings }) =>
      (settings.topics ?? '').split(',').filter(Boolean).map((topic) => ({ group: groupOf(name), topic: topic.trim(), service: 'connect' })),
    )
    const filter = theFilter(env).map((reader) => ({ ...reader, service: 'product-filter' }))
    const found = await Promise.all([...filter, ...sinks].map(async (reader) => ({ ...reader, waits: await stuck(env, reader) })))
    return found.flatMap(({ group, topic, service, waits }): Finding[] =>
      waits === 0n ? [] : [{ kind: 'slow', what: `${waits} records of ${topic} wait for ${group}, and it takes none`, mend: `task logs -- ${service}` }],
    )
  },
}

/** How many records wait for a reader that takes none; 0 when it gets on. */
async function stuck(env: Environment, reader: Reader): Promise<bigint> {
  const begun = performance.now()
  const first = await waiting(env, reader)
  for (let now = first; now > worthSaying; now = await waiting(env, reader)) {
    if (now < first) return 0n
    if (performance.now() - begun > standsStillMs) return now
    await pause(lookEveryMs)
  }
  return 0n
}

async function waiting(env: Environment, { group, topic }: Reader): Promise<bigint> {
  const kafka = kafkaClient(env, 'operator')
  const { start, end } = await topicOffsets(kafka, topic)
  return waitingFor(end, start, (await groupPosition(kafka, group, topic)).committed)
}

const longTransactionMs = 10_000

/** Whoever holds a transaction open has all that was written behind it wait. */
const transactions: Examination = {
  name: 'transactions',
  needs: (patient) => brokers(patient).slice(0, 1),
  look: async ({ env }) =>
    (await openTransactions(env, 'operator', longTransactionMs)).map(({ transactionalId, startedAt, timeoutMs, topics }) => ({
      kind: 'slow',
      what: `${transactionalId} holds a transaction open on ${topics.join(', ') || 'no topic yet'}: what was written behind it waits`,
      since: startedAt,
      mend: `wait: the brokers end it ${timeoutMs / 1000} s after its beginning; task alerts tells of one that outlives that`,
    })),
}

export const pipeline: Examination[] = [rules, ...workers.map(connectors), lag, transactions]
