import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, kafkaClient, ResourcePatternTypes, withAdmin } from '../../../clients/kafka.ts'
import { withPostgres } from '../../../clients/postgres.ts'
import { loadServices } from '../../../tasks/lib/compose.ts'
import { signalGroup } from '../../../tasks/lib/processes.ts'
import { processOf } from '../../../tasks/lib/stack.ts'
import { until } from '../../../tasks/lib/until.ts'
import { bootstrapped, client, env, run, shop, succeed } from '../platform.ts'

before(async () => {
  await bootstrapped()
  await succeed(shop, ['send', 'data/products.json'])
  await until({ code: 'TEST', awaited: 'the product to be on sale', timeoutMs: 60_000, hint: '' }, async () => (await run(client, ['view', '10101'])).code === 0 || 'not yet')
})

type Right = { principal: string; type: number; name: string; operation: number }

/** Takes rights of a principal on a resource away, all of them unless an operation is named, and gives them back afterwards. */
async function without(right: Right, work: () => Promise<void>): Promise<void> {
  const filter = { resourceType: right.type, resourceName: right.name, resourcePatternType: ResourcePatternTypes.ANY, principal: `User:${right.principal}`, host: '*', operation: right.operation, permissionType: AclPermissionTypes.ANY }
  const { filterResponses } = await withAdmin(kafkaClient(env, 'operator'), (admin) => admin.deleteAcls({ filters: [filter] }))
  assert.ok((filterResponses[0]?.matchingAcls.length ?? 0) > 0, 'the right was there')
  try {
    await work()
  } finally {
    await succeed('apply', ['acls'])
  }
}

/** A command as a user runs it, and how long it took. */
async function timed(command: string, args: string[]) {
  const started = performance.now()
  return { ...(await run(command, args)), seconds: (performance.now() - started) / 1_000 }
}

/** Brokers hear of a change of access rules one by one, a moment later. */
async function eventually(command: string, args: string[], expected: RegExp) {
  let seen = await timed(command, args)
  await until({ code: 'TEST', awaited: String(expected), timeoutMs: 30_000, hint: '' }, async () => {
    if (expected.test(seen.stderr)) return true
    seen = await timed(command, args)
    return seen.stderr
  })
  return seen
}

const topic = AclResourceTypes.TOPIC
const denied: { title: string; right: Right; runs: [command: string, args: string[], code: number, expected: RegExp][] }[] = [
  {
    title: 'client.events',
    right: { principal: 'client-api', type: topic, name: 'client.events', operation: AclOperationTypes.ANY },
    runs: [
      [client, ['view', '10101'], 1, /User:client-api to have the right to WRITE topic client\.events.*EVENT_NOT_RECORDED/],
      [client, ['search', 'смартфон'], 0, /this search was not recorded: .*WRITE topic client\.events/],
      [client, ['simulate', '--events', '10', '--users', '2'], 1, /WRITE topic client\.events.*KAFKA_DENIED/],
    ],
  },
  { title: 'shop.products', right: { principal: 'shop-api', type: topic, name: 'shop.products', operation: AclOperationTypes.WRITE }, runs: [[shop, ['send'], 1, /User:shop-api .*WRITE topic shop\.products.*KAFKA_DENIED/]] },
  { title: 'catalog.bans', right: { principal: 'moderator', type: topic, name: 'catalog.bans', operation: AclOperationTypes.READ }, runs: [['banned', ['list'], 1, /READ topic catalog\.bans.*KAFKA_DENIED/]] },
  { title: 'a consumer group', right: { principal: 'moderator', type: AclResourceTypes.GROUP, name: 'moderator-', operation: AclOperationTypes.ANY }, runs: [['banned', ['list'], 1, /READ group moderator-.*KAFKA_DENIED/]] },
  { title: 'a transactional id', right: { principal: 'moderator', type: AclResourceTypes.TRANSACTIONAL_ID, name: 'moderator-', operation: AclOperationTypes.ANY }, runs: [['banned', ['add', 'no-such-product'], 1, /WRITE transactional id moderator-.*KAFKA_DENIED/]] },
]
for (const { title, right, runs } of denied)
  test(`without the right to ${title} commands end at once and name it; with it they work`, async () => {
    await without(right, async () => {
      for (const [command, args, code, expected] of runs) {
        const seen = await eventually(command, args, expected)
        assert.equal(seen.code, code, seen.stderr)
        assert.match(seen.stderr, code === 0 ? /./ : /→ task plan -- acls/)
        assert.ok(seen.seconds < 15, `${args.join(' ')} took ${seen.seconds} s`)
        if (args[0] === 'search') assert.match(seen.stdout, /Смартфон/)
      }
    })
    for (const [command, args] of runs.filter(([, [first]]) => first !== 'add')) await until({ code: 'TEST', awaited: `${args.join(' ')} to work again`, timeoutMs: 30_000, hint: '' }, async () => {
      const { code, stderr } = await run(command, args)
      return (code === 0 && !stderr.includes('not recorded')) || stderr
    })
  })

/** Services that hold their connections and answer nothing meanwhile. */
async function frozen(names: string[], work: () => Promise<void>): Promise<void> {
  const processes = loadServices(env).filter(({ name }) => names.includes(name)).map((service) => processOf(env, service) ?? assert.fail(`${service.name} runs`))
  for (const each of processes) signalGroup(each, 'SIGSTOP')
  try {
    await work()
  } finally {
    for (const each of processes) signalGroup(each, 'SIGCONT')
  }
}

test('with every broker frozen a search answers and ends, and what needs Kafka says that it does not answer', async () => {
  await frozen(['kafka-1', 'kafka-2', 'kafka-3'], async () => {
    const [search, view, send] = await Promise.all([timed(client, ['search', 'смартфон']), timed(client, ['view', '10101']), timed(shop, ['send'])])
    assert.equal(search.code, 0, search.stderr)
    assert.match(search.stdout, /Смартфон/)
    assert.match(search.stderr, /this search was not recorded: expected Kafka .* to answer/)
    assert.match(view.stderr, /EVENT_NOT_RECORDED/)
    assert.match(send.stderr, /KAFKA_FAILED/)
    for (const { seconds } of [search, view, send]) assert.ok(seconds < 15, `${seconds} s`)
  })
  await withAdmin(kafkaClient(env, 'operator'), (admin) => admin.describeCluster())
})

test('with PostgreSQL frozen commands say so and end; a query that takes too long is given up', async () => {
  await frozen(['postgres'], async () => {
    const { code, stderr, seconds } = await timed(client, ['search', 'смартфон'])
    assert.equal(code, 1)
    assert.match(stderr, /POSTGRES_UNREACHABLE/)
    assert.ok(seconds < 15, `${seconds} s`)
  })
  const started = performance.now()
  const long = 'select count(*) from generate_series(1, 100000) one, generate_series(1, 100000) other'
  await assert.rejects(withPostgres(env, 'client-api', (db) => db.query(long), 500), /timeout/)
  assert.ok(performance.now() - started < 10_000)
})
