import assert from 'node:assert/strict'
import { test } from 'node:test'
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'
import { lasting } from '../../apps/exporter/lasting.ts'
import '../../clients/kafka.ts'

/** Clients in the order in which they were made, with what was done to them. */
function clients(failures: (Error | undefined)[]) {
  const made: string[][] = []
  const make = () => {
    const done: string[] = []
    made.push(done)
    const failure = failures.shift()
    return {
      connect: async () => {
        done.push('connect')
        if (failure) throw failure
      },
      disconnect: async () => void done.push('disconnect'),
    }
  }
  return { made, make }
}

test('a client stays connected between looks, also between two at the same time', async () => {
  const { made, make } = clients([])
  const work = lasting(make)
  assert.deepEqual(await Promise.all([work(async () => 1), work(async () => 2)]), [1, 2])
  assert.equal(await work(async () => 3), 3)
  assert.deepEqual(made, [['connect']])
})

test('after a failure, of the connection or of the work, the next look makes another client', async () => {
  const { made, make } = clients([new Error('no broker')])
  const work = lasting(make)
  await assert.rejects(work(async () => 1), /no broker/)
  await assert.rejects(work(async () => Promise.reject(new Error('it went away'))), /it went away/)
  assert.equal(await work(async () => 3), 3)
  assert.deepEqual(made, [['connect', 'disconnect'], ['connect', 'disconnect'], ['connect']])
})

test('a connection of kafkajs with nothing to send sets no timer, one that has something does', () => {
  const queue = Object.assign(Object.create(RequestQueue.prototype) as RequestQueue, { pending: [] as unknown[], throttledUntil: -1, throttleCheckTimeoutId: undefined as NodeJS.Timeout | undefined })
  queue.scheduleCheckPendingRequests()
  assert.equal(queue.throttleCheckTimeoutId, undefined)
  queue.pending.push('a request')
  queue.scheduleCheckPendingRequests()
  assert.ok(queue.throttleCheckTimeoutId)
  clearTimeout(queue.throttleCheckTimeoutId)
})
