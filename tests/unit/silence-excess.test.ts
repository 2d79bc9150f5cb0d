import assert from 'node:assert/strict'
import { test } from 'node:test'
import { excesses } from '../../tasks/lib/silences.ts'

const [startsAt, endsAt] = ['2030-01-01T00:00:00Z', '2030-01-02T00:00:00Z']
const matcher = (name: string, value: string, isRegex = false, isEqual = true) => ({ name, value, isRegex, isEqual })
const name = (...rest: [string, boolean?, boolean?]) => matcher('alertname', ...rest)

test('a silence that covers the watchdog is told, however it says so; its twin is not', () => {
  const covering = [[name('Watchdog')], [name('.*', true)], [name('Watch.*|Broker', true)], [name('BrokerDown', false, false)], [name('Broker.*', true, false)], [matcher('platform', 'x')], [], [name('(?i', true)], [name('.+', true), name('BrokerDown', false, false)]]
  for (const matchers of covering) assert.deepEqual(excesses({ matchers, startsAt, endsAt }), ['covers Watchdog'], JSON.stringify(matchers))
  const narrow = [[name('BrokerDown')], [name('Broker.*', true)], [name('Watchdog', false, false)], [name('atch', true)], [name('.*', true), name('Watchdog', false, false)], [matcher('cluster', 'x'), name('BrokerDown')]]
  for (const matchers of narrow) assert.deepEqual(excesses({ matchers, startsAt, endsAt }), [], JSON.stringify(matchers))
})

test('a silence that lasts longer than a week is told, one of a week is not', () => {
  assert.deepEqual(excesses({ matchers: [name('BrokerDown')], startsAt, endsAt: '2036-01-01T00:00:00Z' }), ['lasts longer than a week'])
  assert.deepEqual(excesses({ matchers: [name('BrokerDown')], startsAt, endsAt: '2030-01-08T00:00:00Z' }), [])
})
