import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import { timeOf } from '../../tasks/lib/merged-log.ts'

const stack = mkdtempSync(join(tmpdir(), 'vygodno-logs-'))
after(() => rmSync(stack, { recursive: true, force: true }))
mkdirSync(join(stack, 'logs'))
const log = (service: string, lines: string[]) => writeFileSync(join(stack, 'logs', `${service}.log`), `${lines.join('\n')}\n`)
const { root, build } = loadEnvironment({})

function logs(...args: string[]) {
  const env = { ...process.env, TZ: 'UTC', VYGODNO_STACK: stack, NO_COLOR: '1' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(build, 'dist', 'tasks', 'logs.js'), ...args], { cwd: root, env, encoding: 'utf8' })
  return { status, stderr, lines: stdout.split('\n').filter(Boolean) }
}

test('the time of a line is found in the forms that our services write', () => {
  const at = Date.UTC(2026, 10, 28, 12, 40, 48, 148)
  const local = new Date(2026, 10, 28, 12, 40, 48, 148).getTime()
  for (const [line, expected] of [
    ['2026-11-28T12:40:48.148 ERROR Exiting', local],
    ['2026-11-28T12:40:48.148Z listening', at],
    ['2026-11-28 12:40:48.148 UTC [4711] LOG:  ready', at],
    ['[2026-11-28T12:40:48.148+00:00] x', at],
    ['2026-11-28 15:40:48,148+03:00 x', at],
    ['2026-11-28T12:40:48.148123456Z caller=main.go', at],
    ['\tat kafka.Kafka.main(Kafka.scala)', undefined],
    ['2026-13-28T12:40:48 x', undefined],
  ] as const) assert.equal(timeOf(line), expected, line)
})

test('logs of several services come as one, by time; a line without a time stays behind the one before it', () => {
  log('kafka-1', ['2026-11-28T12:00:01.000 first', '2026-11-28T12:00:04.000 fourth', '\tat its second line'])
  log('connect', ['2026-11-28T12:00:02.000 second', '2026-11-28T12:00:05.000 Fifth'])
  log('postgres', ['2026-11-28 12:00:03.000 UTC third'])
  const merged = ['first', 'second', 'third', 'fourth', 'second line', 'Fifth']
  assert.deepEqual(logs().lines.map((line) => merged.find((word) => line.endsWith(word))), merged)
  assert.match(logs().lines[0] ?? '', /^kafka-1 +\| 2026-/)
  assert.deepEqual(logs('connect').lines, ['2026-11-28T12:00:02.000 second', '2026-11-28T12:00:05.000 Fifth'])
  assert.equal(logs('-n', '2', 'kafka-1', 'connect').lines.length, 2)
  assert.deepEqual(logs('--grep', 'fifth').lines.length, 1)
  assert.equal(logs('--since', '2026-11-28T12:00:04Z').lines.length, 3)
  assert.equal(logs('--since', '1s').lines.length, 0)
  assert.deepEqual(logs('connect', '--grep', 'fifth', '--json').lines.map((line) => JSON.parse(line)), [{ service: 'connect', text: '2026-11-28T12:00:05.000 Fifth' }])
})

test('a service that nobody knows, one without a log, and a time that is none are refused', () => {
  for (const [args, told] of [
    [['kafka-9'], /UNKNOWN_SERVICE/],
    [['mirror'], /NO_LOG/],
    [['--since', 'yesterday'], /expected how long ago/],
  ] as const) {
    const { status, stderr } = logs(...args)
    assert.equal(status, 2, stderr)
    assert.match(stderr, told)
  }
})
