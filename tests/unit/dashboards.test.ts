import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { load } from 'js-yaml'
import { z } from 'zod'
import { display, format } from '../../apps/dashboard/page/format.ts'
import { durationSeconds, interpolate, labelQuery, legend } from '../../apps/dashboard/page/interpolate.ts'
import { dashboardShape, panelsOf, type Variable } from '../../clients/dashboard.ts'
import { loadEnvironment } from '../../clients/environment.ts'
import { checkDashboards } from '../../tasks/lib/dashboards/check.ts'
import { dashboardFiles } from '../../tasks/lib/dashboards/registry.ts'

const env = loadEnvironment({})
const config = join(env.root, 'config')
const folder = join(config, 'grafana', 'dashboards')
const dashboards = [...dashboardFiles().values()].map((text) => dashboardShape.parse(JSON.parse(text)))

test('the committed dashboards are those of tasks/lib/dashboards', () => {
  const committed = new Map(readdirSync(folder).sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
  const wanted = new Map([...dashboardFiles()].sort(([a], [b]) => (a < b ? -1 : 1)))
  assert.deepEqual([...committed.keys()], [...wanted.keys()], 'task dashboards writes them')
  for (const [name, text] of wanted) assert.ok(committed.get(name) === text, `${name} is out of date: task dashboards writes it`)
})

test('every panel says what it is about, asks the provisioned source and leads to a dashboard that is there', () => {
  const source = z.object({ datasources: z.tuple([z.object({ uid: z.string(), type: z.string() })]) }).parse(load(readFileSync(join(config, 'grafana', 'provisioning', 'datasources', 'prometheus.yaml'), 'utf8'))).datasources[0]
  const raw = z.object({ panels: z.array(z.looseObject({ type: z.string(), datasource: z.object({ uid: z.string(), type: z.string() }).optional() })) })
  for (const text of dashboardFiles().values())
    for (const panel of raw.parse(JSON.parse(text)).panels) if (panel.type !== 'row') assert.deepEqual(panel.datasource, { type: source.type, uid: source.uid })
  const uids = dashboards.map(({ uid }) => uid)
  assert.equal(new Set(uids).size, 8)
  for (const dashboard of dashboards)
    for (const { title, description, links = [] } of panelsOf(dashboard)) {
      assert.ok(description.length > 20 && description.endsWith('.'), `${dashboard.uid}, ${title}: ${description}`)
      for (const { url } of links) assert.ok(uids.includes(url.replace('/d/', '')), `${dashboard.uid}, ${title}: ${url}`)
    }
})

test('panels lie side by side, none upon another', () => {
  for (const { uid, panels } of dashboards) {
    const taken = new Map<string, string>()
    for (const { title, gridPos: { x, y, w, h } } of panels) {
      assert.ok(x + w <= 24, `${uid}, ${title} reaches over the edge`)
      for (let column = x; column < x + w; column++)
        for (let line = y; line < y + h; line++) {
          assert.equal(taken.get(`${column}/${line}`), undefined, `${uid}: ${title} lies upon ${taken.get(`${column}/${line}`)}`)
          taken.set(`${column}/${line}`, title)
        }
    }
  }
})

test('every variable of a query is declared, and every declared one is used', () => {
  for (const dashboard of dashboards) {
    const { list } = dashboard.templating
    const texts = [...panelsOf(dashboard).flatMap(({ targets }) => targets.map(({ expr }) => expr)), ...list.map(({ query }) => query)]
    for (const text of texts) assert.doesNotMatch(interpolate(text, list, new Map()), /\$[a-z_]/i, text)
    for (const { name } of list) assert.ok(texts.some((text) => text.includes(`$${name}`)), `${dashboard.uid}: ${name} is not used`)
  }
})

test('plan refuses a dashboard that can\'t be drawn, with file and line', (t) => {
  const copy = mkdtempSync(join(tmpdir(), 'vygodno-dashboards-'))
  t.after(() => rmSync(copy, { recursive: true, force: true }))
  cpSync(join(config, 'grafana'), join(copy, 'grafana'), { recursive: true })
  assert.deepEqual(checkDashboards(env, copy), [])
  const file = join(copy, 'grafana', 'dashboards', 'jvm.json')
  const good = readFileSync(file, 'utf8')
  const problemOf = (text: string) => {
    writeFileSync(file, text)
    return checkDashboards(env, copy).map(({ line, path, message }) => ({ line, path, message }))
  }
  const place = good.split('\n').findIndex((line) => line.includes('"unit": "bytes"')) + 1
  const [unit] = problemOf(good.replace('"unit": "bytes"', '"unit": "bites"'))
  assert.equal(unit?.line, place)
  assert.match(`${unit?.path}: ${unit?.message}`, /^panels\.1.*unit: expected .*bytes.*bites/)
  assert.match(problemOf(good.slice(0, 500))[0]?.message ?? '', /./)
  assert.match(problemOf(good.replace('"title": "JVM",', '"title": "JVM",,'))[0]?.message ?? '', /./)
})

const variable: Variable = { type: 'query', name: 'topic', label: 'Topic', query: 'label_values(up{job="kafka"}, topic)', includeAll: true, allValue: '.+' }

test('variables are filled in as Grafana does it', () => {
  const expr = 'rate(x{topic=~"$topic"}[$__rate_interval]) and $1'
  assert.equal(interpolate(expr, [variable], new Map()), 'rate(x{topic=~".+"}[60s]) and $1')
  assert.equal(interpolate(expr, [variable], new Map([['topic', 'shop.products']]), 300, 15), 'rate(x{topic=~"shop\\\\.products"}[315s]) and $1')
  assert.deepEqual(labelQuery(variable), { selector: 'up{job="kafka"}', label: 'topic' })
  assert.equal(legend('{{topic}} ({{ cluster }})', { topic: 'a', cluster: 'b' }), 'a (b)')
  assert.equal(durationSeconds('now-6h'), 21_600)
  assert.throws(() => durationSeconds('soon'), /expected a duration/)
})

test('values read as people write them', () => {
  const cases: [number, Parameters<typeof format>[1], number | undefined, string][] = [
    [0, 'short', undefined, '0'],
    [1234, 'short', undefined, '1.23 K'],
    [2_500_000, 'short', undefined, '2.5 M'],
    [12, 'none', undefined, '12'],
    [0.5, 'percentunit', 0, '50 %'],
    [0.0123, 'percentunit', undefined, '1.23 %'],
    [200 * 1024 ** 2, 'bytes', undefined, '200 MiB'],
    [1500, 'Bps', undefined, '1.5 kB/s'],
    [0.25, 'cps', undefined, '0.25/s'],
    [0, 's', undefined, '0 s'],
    [0.0042, 's', undefined, '4.2 ms'],
    [7_200, 's', undefined, '2 h'],
    [0.9, 's', 2, '900.00 ms'],
    [12_000, 'ms', undefined, '12 s'],
    [364.6, 'd', 0, '365 days'],
    [Number.NaN, 'short', undefined, '–'],
  ]
  for (const [value, unit, decimals, text] of cases) assert.equal(format(value, unit, decimals), text)
})

test('a value reaches the last level it is not below; one level judges nothing', () => {
  const levels = { unit: 'none' as const, thresholds: { steps: [{ color: 'red' as const, value: null }, { color: 'orange' as const, value: 2 }, { color: 'green' as const, value: 3 }] } }
  assert.deepEqual([1, 2, 3, 4].map((value) => display(value, levels).level), ['red', 'orange', 'green', 'green'])
  assert.deepEqual(display(1, { unit: 'none', thresholds: { steps: [{ color: 'green', value: null }] } }), { text: '1' })
  assert.deepEqual(display(0, { unit: 'none', mappings: [{ type: 'value', options: { 0: { text: 'stands' } } }] }), { text: 'stands' })
})
