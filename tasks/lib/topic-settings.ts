import { didYouMean } from '../../clients/suggestion.ts'
import { z } from 'zod'

/**
 * Topic settings that may be declared, each with what Kafka 4.3 takes, in the words of its own definition
 * (org.apache.kafka.storage.internals.log.LogConfig); what is not said here, tiered storage for example, can't be declared.
 */
export const topicSettings = {
  'cleanup.policy': 'LIST [compact, delete]',
  'compression.gzip.level': 'INT [1,...,9] or -1',
  'compression.lz4.level': 'INT [1,...,17]',
  'compression.type': 'STRING [uncompressed, zstd, lz4, snappy, gzip, producer]',
  'compression.zstd.level': 'INT [-131072,...,22]',
  'delete.retention.ms': 'LONG [0,...]',
  'file.delete.delay.ms': 'LONG [0,...]',
  'flush.messages': 'LONG [1,...]',
  'flush.ms': 'LONG [0,...]',
  'index.interval.bytes': 'INT [0,...]',
  'max.compaction.lag.ms': 'LONG [1,...]',
  'max.message.bytes': 'INT [0,...]',
  'message.timestamp.after.max.ms': 'LONG [0,...]',
  'message.timestamp.before.max.ms': 'LONG [0,...]',
  'message.timestamp.type': 'STRING [CreateTime, LogAppendTime]',
  'min.cleanable.dirty.ratio': 'DOUBLE [0,...,1]',
  'min.compaction.lag.ms': 'LONG [0,...]',
  'min.insync.replicas': 'INT [1,...]',
  preallocate: 'BOOLEAN null',
  'retention.bytes': 'LONG null',
  'retention.ms': 'LONG [-1,...]',
  'segment.bytes': 'INT [1048576,...]',
  'segment.index.bytes': 'INT [4,...]',
  'segment.jitter.ms': 'LONG [0,...]',
  'segment.ms': 'LONG [1,...]',
  'unclean.leader.election.enable': 'BOOLEAN null',
} as const

/** Settings that are a set: order and blanks mean nothing. */
const sets: string[] = Object.entries(topicSettings).filter(([, taken]) => taken.startsWith('LIST')).map(([name]) => name)

/** One spelling of what Kafka takes for the same. */
export function normalSetting(name: string, value: string): string {
  return sets.includes(name) ? normalSet(value) : value
}

/** The members of a list in which order and blanks mean nothing, in one order. */
export function normalSet(value: string): string {
  return value.split(',').map((member) => member.trim()).sort().join(',')
}

const widest = { INT: [-(2n ** 31n), 2n ** 31n - 1n], LONG: [-(2n ** 63n), 2n ** 63n - 1n] } as const

/** What is wrong with a value of a setting, undefined when Kafka takes it. */
function wrongWith(name: string, taken: string, value: string): string | undefined {
  const [type = '', ...rest] = taken.split(' ')
  const valid = rest.join(' ')
  const words = valid.replace(/^\[|\]$/g, '').split(', ')
  if (type === 'BOOLEAN') return oneOf(['true', 'false'], value)
  if (type === 'STRING') return oneOf(words, value)
  if (type === 'LIST') {
    const members = value.split(',').map((member) => member.trim())
    const unknown = members.find((member) => !words.includes(member))
    if (unknown !== undefined) return `expected a list of ${words.join(', ')}, got ${JSON.stringify(value)}${didYouMean(unknown, words)}`
    return new Set(members).size < members.length ? `expected a list of ${words.join(', ')}, each once, got ${JSON.stringify(value)}` : undefined
  }
  const [, least, most, also] = /^\[(-?\d+),\.\.\.(?:,(-?\d+))?\](?: or (-?\d+))?$/.exec(valid) ?? []
  if (type === 'DOUBLE') return /^\d+(\.\d+)?$/.test(value) && Number(value) >= Number(least) && Number(value) <= Number(most) ? undefined : `expected a number from ${least} to ${most}, got ${JSON.stringify(value)}`
  const [lowest, highest] = widest[type === 'INT' ? 'INT' : 'LONG']
  const [from, to] = [least === undefined ? lowest : BigInt(least), most === undefined ? highest : BigInt(most)]
  const number = /^-?\d{1,25}$/.test(value) ? BigInt(value) : undefined
  if (number !== undefined && ((number >= from && number <= to) || value === also)) return undefined
  const unit = { ms: 'milliseconds, ', bytes: 'bytes, ' }[name.split('.').at(-1) ?? ''] ?? ''
  const upTo = most !== undefined || (number !== undefined && number > to) ? ` to ${to}` : ''
  return `expected ${unit}a whole number from ${from}${upTo}${also ? ` or ${also}` : ''}, got ${value === '' ? 'nothing' : JSON.stringify(value)}`
}

function oneOf(words: string[], value: string): string | undefined {
  return words.includes(value) ? undefined : `expected one of ${words.join(', ')}, got ${value === '' ? 'nothing' : JSON.stringify(value)}${didYouMean(value, words)}`
}

/** A setting as it is written, refused when Kafka would not take it. */
function settingShape(name: string, taken: string): z.ZodType<string, string> {
  return z.preprocess((given) => given ?? '', z.string().superRefine((value, context) => {
    const wrong = wrongWith(name, taken, value)
    if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong })
  }))
}

export const topicConfigShape = z.strictObject(Object.fromEntries(Object.entries(topicSettings).map(([name, taken]) => [name, settingShape(name, taken).optional()])))
