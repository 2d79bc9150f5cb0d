import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { load } from 'js-yaml'
import { z } from 'zod'
import { loadEnvironment, profiles } from '../../clients/environment.ts'
import { probes } from '../../clients/probes.ts'
import { dashboardFiles } from '../../tasks/lib/dashboards/registry.ts'
import { loadServices, type Service } from '../../tasks/lib/compose.ts'

const env = loadEnvironment({ COMPOSE_PROFILES: profiles.join(',') })
const scratch = mkdtempSync(join(tmpdir(), 'vygodno-watched-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

/** The list of services with more of them in it. */
function withServices(more: string): Service[] {
  mkdirSync(join(scratch, 'compose'), { recursive: true })
  symlinkSync(join(env.root, 'config'), join(scratch, 'config'))
  const file = join(scratch, 'compose', 'compose.yaml')
  writeFileSync(file, `${readFileSync(join(env.root, 'compose', 'compose.yaml'), 'utf8')}\n${more}`)
  return loadServices(env, file)
}

const targets = z.array(z.object({ labels: z.looseObject({ instance: z.string() }) }))
const prometheusShape = z.object({ scrape_configs: z.array(z.object({ job_name: z.string(), static_configs: targets })) })

/** Who is watched, and how, as Prometheus and the exporter are told. */
function watchers(services: Service[]) {
  const of = (name: string) => services.find((service) => service.name === name) ?? assert.fail(`${name} is a service`)
  const [, { text: config } = { text: '' }] = [...of('prometheus').configs].find(([file]) => file.endsWith('prometheus.yml')) ?? []
  const scraped = (job: string) => prometheusShape.parse(load(config)).scrape_configs.find(({ job_name }) => job_name === job)?.static_configs.map(({ labels }) => labels.instance) ?? []
  const looked = z.array(z.object({ service: z.string(), kind: z.string(), target: z.string() })).parse(JSON.parse(of('exporter').environment.PROBES ?? '[]'))
  return { jvms: scraped('state'), programs: scraped('programs'), alerting: scraped('alerting'), looked: looked.map(({ service }) => service) }
}

test('each service that goes on running is watched in one way, what watches included', () => {
  const services = loadServices(env)
  const { jvms, programs, alerting, looked } = watchers(services)
  const lasting = services.filter(({ probe }) => probe).map(({ name }) => name)
  assert.ok(lasting.length > 15)
  assert.deepEqual([...jvms, ...programs, ...alerting, ...looked].sort(), lasting.sort())
  assert.deepEqual(looked.sort(), ['grafana', 'postgres', 'spark-master', 'spark-worker'])
  assert.deepEqual(programs.sort(), ['alert-receiver', 'exporter', 'prometheus'])
  assert.deepEqual(alerting, ['alertmanager'])
  for (const { name, probe } of services) assert.ok(!probe || probe.kind in probes, `${name}: ${probe?.kind} is a known probe`)
})

test('a service that is added to the list is watched without being named a second time', () => {
  const common = 'profiles: [core], image: x/y, command: [sleep], ports: []'
  const { jvms, programs, alerting, looked } = watchers(
    withServices(`
  new-jvm: { ${common}, environment: { METRICS_PORT: "19999" }, labels: { job: new, cluster: primary }, healthcheck: { test: [CMD, ready, kafka, x], start_period: 9s } }
  new-program: { ${common}, healthcheck: { test: [CMD, ready, https, "\${VYGODNO_HOST}:19998"], start_period: 9s } }
  new-notifier: { ${common}, healthcheck: { test: [CMD, ready, alertmanager, "\${VYGODNO_HOST}:19997"], start_period: 9s } }
  new-file: { ${common}, healthcheck: { test: [CMD, ready, file, "\${DATA}/ready"], start_period: 9s } }
  new-database: { ${common}, healthcheck: { test: [CMD, ready, postgres], start_period: 9s } }`),
  )
  assert.deepEqual([jvms, programs, alerting, looked].map((names) => names.filter((name) => name.startsWith('new-'))), [['new-jvm'], ['new-program'], ['new-notifier'], ['new-file', 'new-database']])
})

test('alert and dashboard look at all of them in one place', () => {
  const rules = readFileSync(join(env.root, 'config', 'prometheus', 'rules', 'platform.yaml'), 'utf8')
  assert.match(rules, /record: vygodno:answers[\s\S]*?vygodno_service_up[\s\S]*?alert: ServiceDown\n +expr: vygodno:answers\{job!~"kafka\|product-filter"\} == 0/)
  const overview = dashboardFiles().get('overview.json') ?? assert.fail('there is an overview')
  assert.match(overview, /count\(vygodno:answers == 0\) or vector\(0\)/)
  assert.match(overview, /min by \(job, instance, cluster\) \(vygodno:answers\)/)
})
