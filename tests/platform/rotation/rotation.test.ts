import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { before, test } from 'node:test'
import { certificateFiles } from '../../../clients/environment.ts'
import { messageOf } from '../../../clients/errors.ts'
import { kafkaClient, readTopic, topicOffsets, withProducer } from '../../../clients/kafka.ts'
import { authorityFile, isRotating } from '../../../tasks/lib/authorities.ts'
import { listenersOf } from '../../../tasks/lib/checks/listeners.ts'
import { refusals } from '../../../tasks/lib/checks/tls.ts'
import { enabledServices } from '../../../tasks/lib/compose.ts'
import { processOf } from '../../../tasks/lib/stack.ts'
import { speak } from '../../../tasks/lib/tls.ts'
import { until } from '../../../tasks/lib/until.ts'
import { bootstrapped, env, run, succeed } from '../platform.ts'

before(bootstrapped)

const topic = 'client.events'
const mark = randomUUID().slice(0, 8)

/** A customer's program: events with acks=all, a new connection every few of them, as short commands do. */
async function produce(isOver: () => boolean, acknowledged: Set<string>, failures: string[]): Promise<void> {
  for (let session = 0; !isOver(); session++) {
    const keys = Array.from({ length: 10 }, (_, index) => `${mark}-${session}-${index}`)
    await withProducer(kafkaClient(env, 'client-api', 'patient'), async (producer) => {
      for (const key of keys) {
        await producer.send({ topic, acks: -1, messages: [{ key, value: JSON.stringify({ user_id: key }) }] })
        acknowledged.add(key)
      }
    }).catch((error: unknown) => failures.push(messageOf(error)))
  }
}

/** Reads on from where it was, again and again; `seen` counts how often each record was read, `failures` why a reader had to come again. */
async function consume(isOver: () => boolean, seen: Map<string, number>, failures: string[]): Promise<void> {
  let from = (await topicOffsets(kafkaClient(env, 'operator'), topic)).end
  let vain = 0
  for (let last = false; !last; ) {
    last = isOver()
    const keys: string[] = []
    const next = new Map(from)
    try {
      await readTopic(kafkaClient(env, 'operator', 'patient'), 'operator', topic, ({ key, partition, offset }) => {
        next.set(partition, BigInt(offset) + 1n)
        if (key?.startsWith(mark)) keys.push(key)
      }, from)
      for (const key of keys) seen.set(key, (seen.get(key) ?? 0) + 1)
      from = next
    } catch (error) {
      // a broker that restarts ends a read, and one that comes again loses nothing; at the end, when all run, it succeeds
      failures.push(messageOf(error))
      if (last && ++vain > 5) throw error
      last = false
    }
  }
}

/** The certificate of somebody whom a listener takes, as it is now, kept in memory. */
const identities = () =>
  new Map(listenersOf(enabledServices(env)).tls.map(({ entitled }) => {
    const files = certificateFiles(env, entitled)
    return [entitled, { key: readFileSync(files.key), cert: readFileSync(files.cert) }]
  }))

test('CAs and all certificates are replaced while events flow: none lost, none doubled; the old ones are refused afterwards', async (t) => {
  const old = identities()
  let [over, allWritten] = [false, false]
  t.after(() => (over = allWritten = true))
  const [acknowledged, seen, failures, interruptions] = [new Set<string>(), new Map<string, number>(), [] as string[], [] as string[]]
  const reading = consume(() => allWritten, seen, interruptions)
  const writing = produce(() => over, acknowledged, failures)

  // one that is interrupted at its worst, a broker stopped and not started yet, starts it, and goes on when it is run again
  const second = enabledServices(env).find(({ name }) => name === 'kafka-2') ?? assert.fail('kafka-2 is a service')
  let watched = false
  const interrupted = await run('certs', ['rotate', '--ca'], {
    onStderr: (text, kill) => {
      if (watched || !text.includes('kafka-1 takes new certificates')) return
      watched = true
      const watch = setInterval(() => {
        if (processOf(env, second)) return
        clearInterval(watch)
        kill('SIGINT')
      }, 20)
    },
  })
  assert.equal(interrupted.code, 130, interrupted.stderr)
  assert.match(interrupted.stderr, /one moment, until kafka-2 runs again/)
  assert.ok(processOf(env, second))
  assert.equal(isRotating(env), true)
  await succeed('certs', ['rotate', '--ca'])
  assert.equal(isRotating(env), false)
  over = true
  await writing
  allWritten = true
  await reading

  t.diagnostic(`${acknowledged.size} acknowledged, ${seen.size} read; reads begun again: ${JSON.stringify(interruptions)}`)
  assert.deepEqual(failures, [])
  // nobody ever meets a certificate that it does not trust
  assert.deepEqual(interruptions.filter((message) => /ssl|tls|alert|certificate|authoriz/i.test(message)), [])
  assert.ok(acknowledged.size > 50)
  assert.deepEqual([...acknowledged].filter((key) => !seen.has(key)), [], 'lost')
  assert.deepEqual([...seen].filter(([, times]) => times > 1), [], 'doubled')

  const present = identities()
  for (const listener of listenersOf(enabledServices(env)).tls) {
    const trust = { ca: readFileSync(certificateFiles(env, listener.entitled, authorityFile[listener.authority]).ca) }
    assert.equal((await speak(listener, { ...trust, ...present.get(listener.entitled) })).outcome, 'answered', listener.name)
    const refused = await speak(listener, { ...trust, ...old.get(listener.entitled) })
    assert.deepEqual(refused, { outcome: 'refused', code: refusals[listener.implementation].unknownAuthority }, listener.name)
  }
  await until({ code: 'TEST', awaited: 'no changes', timeoutMs: 30_000, hint: '' }, async () => {
    const changes = await succeed('plan')
    return changes.trim() === '0 changes' || changes
  })
  const states: { name: string; state: string }[] = JSON.parse(await succeed('status', ['--json']))
  assert.deepEqual(states.filter(({ state }) => state !== 'ready' && !state.startsWith('not here')), [])
  // what was mirrored and watched before is so again, at once
  await succeed('check', ['mirror', 'storage', 'monitoring'])
})

test('the certificate of one service is replaced: that service alone starts again', async () => {
  const services = enabledServices(env).filter(({ probe }) => probe)
  const pids = () => new Map(services.map((service) => [service.name, processOf(env, service)?.pid]))
  const earlier = pids()
  await succeed('certs', ['rotate', 'product-filter'])
  assert.deepEqual([...pids()].filter(([name, pid]) => earlier.get(name) !== pid).map(([name]) => name), ['product-filter'])
})

test('what to rotate has to be said, and said rightly', async () => {
  for (const [args, code] of [[[], 'ROTATE_WHAT'], [['--all', '--ca'], 'ROTATE_WHAT'], [['kafka-1', '--all'], 'ROTATE_WHAT'], [['kafka-4'], 'UNKNOWN_PRINCIPAL']] as const) {
    const { code: exit, stderr } = await run('certs', ['rotate', ...args])
    assert.equal(exit, 2)
    assert.match(stderr, new RegExp(`\\[${code}\\]`))
  }
})
