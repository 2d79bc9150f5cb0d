import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { conforms, documentedShapes } from '../../contract.ts'
import { bootstrapped, client, env, run, shop } from '../platform.ts'

before(bootstrapped)

const shapes = documentedShapes(env.root)
const id = 'json-1'

/** Commands with what their rows of docs/json.md are called by; each leaves the platform as it was. */
const commands: [documented: string, command: string, ...args: string[]][] = [
  ['bootstrap', 'bootstrap'],
  ['up', 'up'],
  ['status', 'status'],
  ['doctor', 'doctor'],
  ['plan', 'plan'],
  ['apply', 'apply', 'topics'],
  ['check', 'check', 'topics'],
  ['certs list', 'certs'],
  ['logs', 'logs', 'kafka-1', '--lines', '3'],
  ['shop send', shop, 'send', 'data/products.json'],
  ['client search', client, 'search', 'чяйник', '--limit', '3'],
  ['client relevance', client, 'relevance'],
  ['client view', client, 'view', '10501'],
  ['client cart', client, 'cart', '10501'],
  ['client buy', client, 'buy', '10501'],
  ['client review', client, 'review', '10501', '--rating', '5', '--text', 'Хорош'],
  ['client recommend', client, 'recommend', 'nobody-knows'],
  ['client simulate', client, 'simulate', '--users', '3', '--events', '20'],
  ['banned add', 'banned', 'add', id, '--reason', 'проба'],
  ['banned list', 'banned', 'list'],
  ['banned test', 'banned', 'test', 'data/products.json'],
  ['banned remove', 'banned', 'remove', id],
  ['shop withdraw', shop, 'withdraw', id],
  ['transfer', 'transfer', id, 'store_001'],
]

test('what commands print by --json has the shape that docs/json.md says, and with --quiet nothing is said', async () => {
  for (const [documented, command, ...args] of commands) {
    const { code, stdout, stderr } = await run(command, [...args, '--json', '--quiet'])
    assert.equal(code, 0, `${documented}: ${stderr}${stdout}`)
    assert.deepEqual(stderr.split('\n').filter((line) => line !== '' && !line.startsWith('! ')), [], documented)
    const documents = ['logs', 'banned test'].includes(documented) ? stdout.split('\n').filter(Boolean) : [stdout]
    for (const document of documents) conforms(shapes.get(documented), JSON.parse(document), documented)
  }
})
