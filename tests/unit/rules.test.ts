import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { load } from 'js-yaml'
import { z } from 'zod'
import { loadEnvironment } from '../../clients/environment.ts'
import { findTool } from '../../tasks/lib/tools.ts'
import { ruleCases } from './rule-cases.ts'

const env = loadEnvironment({})
const folder = join(env.root, 'config', 'prometheus', 'rules')
const files = readdirSync(folder).map((name) => join(folder, name))
const rule = z.object({ alert: z.string().optional(), record: z.string().optional(), expr: z.string(), labels: z.record(z.string(), z.string()).optional(), annotations: z.record(z.string(), z.string()).optional() })
const shape = z.object({ groups: z.array(z.object({ rules: z.array(rule) })) })
const rules = files.flatMap((file) => shape.parse(load(readFileSync(file, 'utf8'))).groups.flatMap((group) => group.rules))
const alerts = rules.filter(({ alert }) => alert)

const [promtool] = findTool(env, 'promtool') ?? []
const skip = promtool ? false : 'this machine has no promtool'
const scratch = mkdtempSync(join(tmpdir(), 'vygodno-rules-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

/** Runs promtool on test groups; YAML is a superset of the JSON that is written. */
function promtoolTests(tests: unknown[]): void {
  const file = join(scratch, 'tests.json')
  writeFileSync(file, JSON.stringify({ rule_files: files, evaluation_interval: '5s', tests }))
  try {
    execFileSync(promtool ?? '', ['test', 'rules', file], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    assert.fail(z.object({ stderr: z.string(), stdout: z.string() }).transform(({ stderr, stdout }) => stderr + stdout).parse(error))
  }
}

const firing = (alertname: string) => `count(ALERTS{alertname="${alertname}",alertstate="firing"})`
const inputSeries = (series: Record<string, string>) => Object.entries(series).map(([name, values]) => ({ series: name, values }))

for (const { alert, at, wrong, well } of ruleCases)
  test(`${alert} fires when it should and is silent when it should: ${Object.values(wrong)[0]} against ${Object.values(well)[0]}`, { skip }, () => {
    const group = (series: Record<string, string>, count?: number) => ({
      interval: '5s',
      input_series: inputSeries(series),
      promql_expr_test: [{ expr: firing(alert), eval_time: at, exp_samples: count === undefined ? [] : [{ labels: '{}', value: count }] }],
    })
    promtoolTests([group(wrong, 1), group(well)])
  })

test('with all series gone it is said of every metric that a rule looks at, of HDFS only where it is watched, and the watchdog fires on', { skip }, () => {
  const watched = watchedMetrics()
  const withoutHdfs = watched.filter((name) => !name.startsWith('hadoop_'))
  assert.ok(withoutHdfs.length > 15 && withoutHdfs.length < watched.length)
  const gone = (input: Record<string, string>, missed: string[]) => ({
    interval: '5s',
    input_series: inputSeries(input),
    promql_expr_test: [
      { expr: `count(count by (metric) (ALERTS{alertname="MetricMissing",alertstate="firing"}))`, eval_time: '3m', exp_samples: [{ labels: '{}', value: missed.length }] },
      ...['BrokersMissing', 'Watchdog'].map((name) => ({ expr: firing(name), eval_time: '3m', exp_samples: [{ labels: '{}', value: 1 }] })),
    ],
  })
  promtoolTests([gone({}, withoutHdfs), gone({ 'up{job="hdfs",instance="namenode"}': '1x60' }, watched)])
})

test('every metric that a rule looks at is missed when it is gone, but those that are there only at times', () => {
  // no file before a file sink runs; no recommendation before the first analysis; no mirror without the analytics profile; durations come with `up`
  const onlyAtTimes = ['vygodno_recommendations_age_seconds', 'vygodno_sink_file_written', 'vygodno_mirror_lag', 'vygodno_mirror_made_anew', 'kafka_connect_mirror_mirrorsourceconnector_replication_latency_ms_max', 'scrape_duration_seconds']
  const looked = rules.filter(({ alert }) => alert !== 'MetricMissing').flatMap(({ expr }) => expr.match(/\b(?:kafka|hadoop|vygodno|up|scrape)(?:_[a-z_]+)?\b(?![:"])/g) ?? [])
  const used = new Set(looked.filter((name) => name === 'up' || name.includes('_')))
  const watched = new Set(watchedMetrics().map((name) => name.replace(/\{.*/, '')))
  assert.ok(used.size > 15)
  assert.deepEqual([...used].filter((name) => !watched.has(name) && !onlyAtTimes.includes(name)), [])
})

function watchedMetrics(): string[] {
  const { expr = '' } = rules.find(({ alert }) => alert === 'MetricMissing') ?? {}
  return [...expr.matchAll(/absent\(([^)]+)\)/g)].map(([, name = '']) => name)
}

test('every alert says how bad it is, what is wrong, what that means and what to do, and is tested', () => {
  const tested = new Set([...ruleCases.map(({ alert }) => alert), 'MetricMissing', 'Watchdog'])
  for (const { alert = '', labels = {}, annotations = {} } of alerts) {
    assert.match(labels.severity ?? '', /^(critical|warning|none)$/, alert)
    assert.deepEqual(Object.keys(annotations).sort(), ['description', 'runbook', 'summary'], alert)
    assert.ok(tested.has(alert), `${alert} has no case in rule-cases.ts`)
  }
  assert.equal(new Set(alerts.map(({ alert }) => alert)).size, alerts.length, 'a name stands for one alert')
})
