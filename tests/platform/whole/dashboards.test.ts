import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { load } from 'js-yaml'
import { z } from 'zod'
import { type Choices, interpolate, labelQuery } from '../../../apps/dashboard/page/interpolate.ts'
import { type Dashboard, dashboardShape, panelsOf } from '../../../clients/dashboard.ts'
import { certificateFiles } from '../../../clients/environment.ts'
import { callHttps } from '../../../clients/https.ts'
import { lines } from '../../../clients/lines.ts'
import { findTool } from '../../../tasks/lib/tools.ts'
import { until } from '../../../tasks/lib/until.ts'
import { launchChromium } from '../browser.ts'
import { bootstrapped, client, env, shop, succeed } from '../platform.ts'

const skip = findTool(env, 'prometheus') ? false : 'this machine has no Prometheus'
const folder = join(env.root, 'config', 'grafana', 'dashboards')
const dashboards = readdirSync(folder).map((name) => dashboardShape.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))))

/** What may show nothing on a platform that is well, and why. */
const mayBeEmpty: Record<string, string> = {
  'overview/Age of recommendations': 'nobody has computed any yet',
  'analytics/Age of recommendations': 'nobody has computed any yet',
  'alerts/Firing': 'nothing is wrong',
  'alerts/About to fire': 'nothing is about to be wrong',
  'kafka/Failed requests': 'no request has failed',
}
/** Metrics of those panels that are not there then. */
const mayBeMissing = ['vygodno_recommendations_age_seconds']

async function ask<T>(path: string, parameters: Record<string, string>, data: z.ZodType<T>): Promise<T> {
  const url = new URL(`https://${env.host}:${env.variables.PROMETHEUS_PORT}/api/v1/${path}?${new URLSearchParams(parameters)}`)
  const { status, text } = await callHttps(url, certificateFiles(env, 'monitor', 'monitoring-ca'))
  assert.equal(status, 200, `${parameters.query ?? path}: ${text}`)
  return z.object({ data }).parse(JSON.parse(text)).data
}
const resultShape = z.object({ result: z.array(z.unknown()) })
const rows = async (query: string) => (await ask('query', { query }, resultShape)).result.length
const values = async ({ templating: { list } }: Dashboard, index: number, choices: Choices) => {
  const variable = list[index] ?? assert.fail('there is such a variable')
  const { selector, label } = labelQuery(variable)
  return ask(`label/${label}/values`, { 'match[]': interpolate(selector, list, choices) }, z.array(z.string()))
}

/** Every query of a dashboard, with where it stands; `prefix` is what its panels are called in `mayBeEmpty`. */
const queriesOf = (dashboard: Dashboard, choices: Choices) =>
  panelsOf(dashboard).flatMap(({ title, targets }) => targets.map(({ expr }) => ({ panel: `${dashboard.uid}/${title}`, query: interpolate(expr, dashboard.templating.list, choices) })))

let served: { url: string; process: ChildProcess } | undefined
let launched: Browser | undefined
/** Only the page needs one: without it all other tests run. */
const browser = async () => (launched ??= await launchChromium())

/** Starts `task dashboard` and returns the address that it prints. */
async function serveDashboard(changed: NodeJS.ProcessEnv = {}): Promise<{ url: string; process: ChildProcess }> {
  const child = spawn(process.execPath, [join(env.build, 'dist/apps/dashboard/main.js')], { env: { ...process.env, ...changed }, stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of lines(child.stdout)) return { url: line, process: child }
  throw new Error('expected an address, task dashboard ended')
}

before(async () => {
  if (skip) return
  await bootstrapped()
  await succeed(shop, ['send', 'data/products.json'])
  await succeed(client, ['search', 'умные часы'])
  await succeed(client, ['search', 'такого товара нет'])
  served = await serveDashboard()
})
after(async () => {
  served?.process.kill()
  await launched?.close()
})

test('every query of every panel returns data', { skip }, async () => {
  const all = dashboards.flatMap((dashboard) => queriesOf(dashboard, new Map()))
  assert.ok(all.length > 100)
  for (const panel of Object.keys(mayBeEmpty)) assert.ok(all.some((each) => each.panel === panel), `${panel} is no panel any more`)
  // a rate needs two looks of the slowest collector
  await until({ code: 'TEST_PANELS', awaited: 'data for every panel', timeoutMs: 180_000, everyMs: 3_000, hint: '' }, async () => {
    const empty: string[] = []
    for (const { panel, query } of all) if (!(panel in mayBeEmpty) && (await rows(query)) === 0) empty.push(`${panel}: ${query}`)
    return empty.length === 0 || empty.join('\n')
  })
})

const ruleFile = z.object({ groups: z.array(z.object({ rules: z.array(z.object({ expr: z.string() })) })) })
const expressionsOf = (file: string) => ruleFile.parse(load(readFileSync(file, 'utf8'))).groups.flatMap(({ rules }) => rules.map(({ expr }) => expr))

test('every metric of a panel or a rule exists', { skip }, async () => {
  const rules = join(env.root, 'config', 'prometheus', 'rules')
  const texts = [...dashboards.flatMap((dashboard) => queriesOf(dashboard, new Map()).map(({ query }) => query)), ...readdirSync(rules).flatMap((name) => expressionsOf(join(rules, name)))]
  const named = texts.map((text) => [...text.replaceAll(/"[^"]*"/g, '').matchAll(/\b(?:ALERTS|up|(?:kafka|hadoop|vygodno|jvm|process|scrape|prometheus|alertmanager)[_:])[\w:]*/g)].map(([name]) => name))
  assert.deepEqual(texts.filter((text, index) => named[index]?.length === 0 && !text.startsWith('vector(')), [])
  const known = new Set(await ask('label/__name__/values', {}, z.array(z.string())))
  assert.deepEqual([...new Set(named.flat())].filter((name) => !known.has(name) && !mayBeMissing.includes(name)), [])
})

test('a choice at the head of a dashboard narrows its panels to what was chosen', { skip }, async () => {
  for (const dashboard of dashboards) {
    const choices = new Map<string, string>()
    for (const [index, { name }] of dashboard.templating.list.entries()) {
      const found = await values(dashboard, index, choices)
      assert.ok(found.length > 0, `${dashboard.uid}: no values of ${name}`)
      choices.set(name, found.includes('primary') ? 'primary' : (found[0] ?? ''))
    }
    if (dashboard.uid !== 'kafka') continue
    assert.deepEqual([...choices], [['cluster', 'primary'], ['broker', 'kafka-1']])
    const led = queriesOf(dashboard, choices).find(({ panel }) => panel === 'kafka/Partitions led') ?? assert.fail('there is such a panel')
    assert.equal(await rows(led.query), 1)
    assert.equal(await rows(queriesOf(dashboard, new Map()).find(({ panel }) => panel === led.panel)?.query ?? ''), env.profiles.includes('analytics') ? 6 : 3)
  }
})

test('the page can be read by who knows its address, and nothing can be written or deleted through it', { skip }, async () => {
  const url = served?.url ?? ''
  const status = async (address: string, method = 'GET') => (await fetch(address, { method })).status
  assert.match(url, /^http:\/\/127\.\d+\.\d+\.\d+:\d+\/[\w-]{22}\/$/)
  assert.equal(await status(url), 200)
  assert.equal(await status(`${url}api/v1/query?query=up`), 200)
  assert.equal(await status(`${url}api/v1/query?query=up`, 'POST'), 405)
  assert.equal(await status(new URL('/', url).href), 404)
  assert.equal(await status(new URL('/api/v1/query?query=up', url).href), 404)
  for (const path of ['api/v1/admin/tsdb/delete_series?match[]=up', 'api/v1/status/config', 'api/v1/query/../admin?', '..%2f..%2fserver.js', 'toString']) assert.equal(await status(url + path), 404, path)
  assert.match((await fetch(url)).headers.get('content-security-policy') ?? '', /^default-src 'none'/)
})

/** Opens the page, calls `look`, and fails on anything the browser complains about or asks of others. */
async function withPage(options: Parameters<Browser['newPage']>[0], url: string, look: (page: Page) => Promise<void>): Promise<void> {
  const page = await (await browser()).newPage(options)
  const complaints: string[] = []
  page.on('console', (message) => void (['error', 'warning'].includes(message.type()) && complaints.push(message.text())))
  page.on('pageerror', (error) => void complaints.push(error.message))
  page.on('request', (request) => void (/^(data:|blob:)/.test(request.url()) || request.url().startsWith(url) || complaints.push(`asks ${request.url()}`)))
  page.setDefaultTimeout(120_000)
  await page.goto(url)
  await look(page)
  assert.deepEqual(complaints, [])
  await page.close()
}

async function settled(page: Page, cards: number): Promise<void> {
  await page.locator('.card').nth(cards - 1).waitFor({ state: 'attached' })
  await page.locator('[data-state=loading]').first().waitFor({ state: 'detached' })
}
const statesShape = z.array(z.object({ title: z.string(), state: z.string(), drawn: z.boolean(), text: z.string() }))
// a canvas counts as drawn when its pixels are not all the same
const states = `[...document.querySelectorAll('.card')].map((card) => {
  const canvas = card.querySelector('canvas')
  const pixels = canvas && new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)
  return { title: card.querySelector('h3').textContent, state: card.dataset.state, drawn: !card.classList.contains('timeseries') || Boolean(pixels?.some((pixel) => pixel !== pixels[0])), text: card.querySelector('.body').textContent }
})`

test('the page draws every panel of every dashboard, without a complaint of the browser', { skip }, async () => {
  await withPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' }, served?.url ?? '', async (page) => {
    for (const dashboard of dashboards) {
      await page.click(`nav a[href="#${dashboard.uid}"]`)
      await page.getByRole('heading', { level: 1, name: dashboard.title }).waitFor()
      const panels = panelsOf(dashboard)
      // what has come a moment ago is not in a curve yet
      await until({ code: 'TEST_PAGE', awaited: `every panel of ${dashboard.uid} on the page`, timeoutMs: 120_000, everyMs: 3_000, hint: '' }, async () => {
        await settled(page, panels.length)
        const seen = statesShape.parse(await page.evaluate(states))
        assert.deepEqual(seen.map(({ title }) => title), panels.map(({ title }) => title))
        const wrong = seen.filter(({ title, state, drawn, text }) => text.length === 0 || !(state === 'drawn' ? drawn : state === 'empty' && `${dashboard.uid}/${title}` in mayBeEmpty))
        if (wrong.length > 0) await page.reload()
        return wrong.length === 0 || wrong.map(({ title, state, text }) => `${title} is ${state}: ${text}`).join('; ')
      })
      await page.screenshot({ path: join(env.build, 'screenshots', `dashboard-${dashboard.uid}.png`), fullPage: true })
    }
  })
})

test('what is chosen at the head of the page is what its panels show', { skip }, async () => {
  await withPage({}, `${served?.url}`, async (page) => {
    await page.click('nav a[href="#kafka"]')
    const cards = panelsOf(dashboards.find(({ uid }) => uid === 'kafka') ?? assert.fail('kafka is there')).length
    await settled(page, cards)
    const led = page.locator('.card', { has: page.locator('h3', { hasText: /^Partitions led$/ }) }).locator('th')
    assert.ok((await led.count()) > 1)
    await page.getByLabel('Broker', { exact: true }).selectOption('kafka-2')
    await led.filter({ hasText: 'kafka-1' }).waitFor({ state: 'detached' })
    assert.deepEqual(await led.allTextContents(), ['kafka-2'])
  })
})

test('light and dark, and as wide as a phone', { skip }, async () => {
  const cards = panelsOf(dashboards.find(({ uid }) => uid === 'overview') ?? assert.fail('overview is there')).length
  const brightness = `(() => { const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number); return (r + g + b) / 3 })()`
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [kind, viewport] of [['desktop', { width: 1440, height: 900 }], ['phone', { width: 390, height: 844 }]] as const)
      await withPage({ viewport, colorScheme }, served?.url ?? '', async (page) => {
        await settled(page, cards)
        const light = z.number().parse(await page.evaluate(brightness))
        assert.ok(colorScheme === 'light' ? light > 200 : light < 60, `${colorScheme}: ${light}`)
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), viewport.width, `${kind}: nothing reaches over the edge`)
        assert.equal(await page.evaluate(`[...document.querySelectorAll('.plot')].every((plot) => plot.getAttribute('role') === 'img' && plot.getAttribute('aria-label'))`), true)
        await page.screenshot({ path: join(env.build, 'screenshots', `dashboard-${kind}-${colorScheme}.png`), fullPage: kind === 'phone' })
      })
})

test('the picture of docs/monitoring.md#dashboards (docs/dashboard.png is a copy of it)', { skip }, async () => {
  await withPage({ viewport: { width: 1280, height: 1000 }, colorScheme: 'light' }, served?.url ?? '', async (page) => {
    await settled(page, panelsOf(dashboards.find(({ uid }) => uid === 'overview') ?? assert.fail('overview is there')).length)
    await page.locator('#range').selectOption({ label: 'last 15 minutes' })
    await page.waitForLoadState('networkidle')
    const picture = join(env.build, 'screenshots', 'overview.png')
    await page.screenshot({ path: picture })
    assert.ok(statSync(picture).size < 200_000, `${statSync(picture).size} bytes`)
  })
})

test('a Prometheus that does not answer is told by the page, not by an empty one', { skip }, async () => {
  const blind = await serveDashboard({ PROMETHEUS_PORT: '1', DASHBOARD_PORT: '19596' })
  try {
    const page = await (await browser()).newPage()
    await page.goto(blind.url)
    await page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor({ timeout: 120_000 })
    assert.match((await page.getByRole('alert').textContent()) ?? '', /panels failed: Prometheus at https:\/\/127\.\S+:1 does not answer: .*Next: task status/)
    await page.close()
  } finally {
    blind.process.kill()
  }
})
