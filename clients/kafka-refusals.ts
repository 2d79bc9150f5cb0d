import alterConfigs from 'kafkajs/src/protocol/requests/alterConfigs/v1/response.js'
import createPartitions from 'kafkajs/src/protocol/requests/createPartitions/v1/response.js'
import createTopics from 'kafkajs/src/protocol/requests/createTopics/v3/response.js'
import { z } from 'zod'

/** What a broker refused, and why, in its own words. */
export type Refusal = { name: string; words: string }

/** Carries refusals through kafkajs, which knows only their codes ("Configuration is invalid"). */
class Refused extends Error {
  constructor(
    readonly refusals: Refusal[],
    cause: unknown,
  ) {
    super(refusals.map(({ name, words }) => `${name}: ${words}`).join('; '), { cause })
  }
}

const wordsShape = z.object({ errorCode: z.int(), errorMessage: z.string().nullable() })
const topicsShape = z.object({ topicErrors: z.array(wordsShape.extend({ topic: z.string() })) })
const resourcesShape = z.object({ resources: z.array(wordsShape.extend({ resourceName: z.string() })) })
/** TOPIC_ALREADY_EXISTS and NOT_CONTROLLER, which kafkajs itself deals with (https://kafka.apache.org/protocol#protocol_error_codes). */
const leftToKafkajs = [36, 41]

// kafkajs 2.2.4 reads a broker's words and drops them; in these answers they say which setting is wrong and what is allowed
for (const response of [createTopics, createPartitions, alterConfigs]) {
  const { parse } = response
  response.parse = async (data) => {
    try {
      return await parse(data)
    } catch (error) {
      const topics = topicsShape.safeParse(data).data?.topicErrors ?? []
      const resources = resourcesShape.safeParse(data).data?.resources ?? []
      const all = [...topics.map((each) => ({ ...each, name: each.topic })), ...resources.map((each) => ({ ...each, name: each.resourceName }))]
      const failed = all.filter(({ errorCode }) => errorCode !== 0)
      const told = failed.filter(({ errorMessage }) => errorMessage)
      if (told.length === 0 || failed.some(({ errorCode }) => leftToKafkajs.includes(errorCode))) throw error
      throw new Refused(told.map(({ name, errorMessage }) => ({ name, words: errorMessage ?? '' })), error)
    }
  }
}

/** The refusals that an error of kafkajs stands for; none when it is about something else. */
export function refusalsOf(error: unknown): Refusal[] {
  if (error instanceof Refused) return error.refusals
  return error instanceof Error && error.cause !== undefined ? refusalsOf(error.cause) : []
}
