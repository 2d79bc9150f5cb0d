import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { loadEnvironment } from '../../clients/environment.ts'
import type { Release } from '../../tasks/lib/releases.ts'
import { fetchGrafana, fetchTools, findTool, grafanaHome } from '../../tasks/lib/tools.ts'

/** An archive as the projects publish them: one folder with programs, and more that is not wanted. */
function archive(scratch: string, name: string, programs: string[]): Buffer {
  const inside = join(scratch, `${name}.linux-amd64`)
  mkdirSync(inside)
  for (const program of [...programs, 'LICENSE']) writeFileSync(join(inside, program), `#!/bin/sh\necho ${program}\n`, { mode: 0o755 })
  return execFileSync('tar', ['-cz', '-C', scratch, `${name}.linux-amd64`])
}

describe('where Prometheus and Alertmanager come from', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'vygodno-tools-'))
  const archives = new Map([
    ['/prometheus-9.9.9.linux-amd64.tar.gz', archive(scratch, 'prometheus-9.9.9', ['prometheus', 'promtool'])],
    ['/alertmanager-9.9.9.linux-amd64.tar.gz', archive(scratch, 'alertmanager-9.9.9', ['alertmanager', 'amtool'])],
  ])
  const asked: string[] = []
  const site: Server = createServer(({ url = '' }, response) => {
    asked.push(url)
    response.writeHead(archives.has(url) ? 200 : 404).end(archives.get(url))
  })
  const path = process.env.PATH
  const programs = join(scratch, 'path')
  const env = { ...loadEnvironment({}), build: join(scratch, 'build') }
  const release = (file: string, programs?: string[], sha256 = createHash('sha256').update(archives.get(file) ?? '').digest('hex')): Release => ({ url: `http://127.0.0.42:${(site.address() as AddressInfo).port}${file}`, sha256, programs })
  const both = () => [release('/prometheus-9.9.9.linux-amd64.tar.gz', ['prometheus', 'promtool']), release('/alertmanager-9.9.9.linux-amd64.tar.gz', ['alertmanager', 'amtool'])]
  const grafana = '/grafana_9.9.9_1_linux_amd64.tar.gz'
  mkdirSync(join(scratch, 'grafana-9.9.9', 'conf'), { recursive: true })
  mkdirSync(join(scratch, 'grafana-9.9.9', 'bin'))
  writeFileSync(join(scratch, 'grafana-9.9.9', 'conf', 'defaults.ini'), '')
  writeFileSync(join(scratch, 'grafana-9.9.9', 'bin', 'grafana'), '#!/bin/sh\necho grafana "$@"\n', { mode: 0o755 })
  archives.set(grafana, execFileSync('tar', ['-cz', '-C', scratch, 'grafana-9.9.9']))
  const left = () => (existsSync(env.build) ? readdirSync(env.build) : [])

  before(() => new Promise<void>((resolve) => site.listen(0, '127.0.0.42', resolve)))
  // a machine without apt-get, and without the programs
  beforeEach(() => {
    for (const folder of [programs, env.build]) rmSync(folder, { recursive: true, force: true })
    mkdirSync(programs)
    for (const program of ['tar', 'gzip']) symlinkSync(execFileSync('/bin/sh', ['-c', `command -v ${program}`], { encoding: 'utf8', env: { PATH: path } }).trim(), join(programs, program))
    process.env.PATH = programs
    asked.length = 0
  })
  after(() => {
    process.env.PATH = path
    site.close()
    rmSync(scratch, { recursive: true, force: true })
  })

  test('without packages and with nothing on the PATH the official releases are taken, their programs only', async () => {
    assert.equal(await fetchTools(env, both()), 'prometheus-9.9.9.linux-amd64.tar.gz, alertmanager-9.9.9.linux-amd64.tar.gz')
    for (const name of ['prometheus', 'promtool', 'alertmanager', 'amtool'] as const) assert.equal(execFileSync(findTool(env, name)?.at(-1) ?? '', { encoding: 'utf8' }), `${name}\n`)
    assert.deepEqual(readdirSync(join(env.build, 'tools', 'bin')).sort(), ['alertmanager', 'amtool', 'prometheus', 'promtool'])
    assert.deepEqual(left(), ['tools'])
  })

  test('what is on the PATH is taken rather than a release', async () => {
    for (const name of ['prometheus', 'promtool', 'alertmanager', 'amtool']) writeFileSync(join(programs, name), '', { mode: 0o755 })
    assert.equal(await fetchTools(env, both()), 'those that are here already')
    assert.deepEqual(asked, [])
    assert.deepEqual(findTool(env, 'promtool'), [join(programs, 'promtool')])
  })

  test('a release with another sum is refused, with both sums, and nothing is left of it or of the one before', async () => {
    const wrong = '0'.repeat(64)
    const [prometheus] = both()
    const said = await fetchTools(env, [prometheus ?? assert.fail(), release('/alertmanager-9.9.9.linux-amd64.tar.gz', ['alertmanager'], wrong)])
    assert.match(said, new RegExp(`^not to be had, neither by apt-get download \\(.*apt-get.*\\) nor as the official release \\(http://\\S+: expected sha256 ${wrong}, got [0-9a-f]{64}: not used\\): there is no prometheus here`))
    assert.deepEqual(left(), [])
    assert.equal(findTool(env, 'prometheus'), undefined)
  })

  test('what was there stays when a new one can not be had; a site without it or that does not answer is named', async () => {
    mkdirSync(join(env.build, 'tools', 'bin'), { recursive: true })
    const kept = join(env.build, 'tools', 'bin', 'prometheus')
    writeFileSync(kept, 'old')
    chmodSync(kept, 0o755)
    const [prometheus, alertmanager] = both()
    const gone = { ...(prometheus ?? assert.fail()), url: `${prometheus?.url}.gone` }
    assert.match(await fetchTools(env, [gone]), /nor as the official release \(http:\S+\.gone: status 404\)/)
    assert.match(await fetchTools(env, [{ ...(alertmanager ?? assert.fail()), url: 'http://127.0.0.42:1/alertmanager.tar.gz' }]), /nor as the official release \(http:\S+: .*(ECONNREFUSED|bad port)/)
    assert.equal(readFileSync(kept, 'utf8'), 'old')
    assert.deepEqual(left(), ['tools'])
  })

  test('Grafana is taken whole, and started from where it was unpacked; one on the PATH is known by what lies around it', async () => {
    assert.equal(grafanaHome(env), '/usr/share/grafana')
    assert.equal(await fetchGrafana(env, release(grafana), () => {}), 'grafana_9.9.9_1_linux_amd64.tar.gz')
    assert.equal(execFileSync(findTool(env, 'grafana')?.[0] ?? '', ['server'], { encoding: 'utf8' }), 'grafana server\n')
    assert.equal(grafanaHome(env), join(env.build, 'grafana'))
    assert.deepEqual(left(), ['grafana'])

    rmSync(join(env.build, 'grafana'), { recursive: true })
    symlinkSync(join(scratch, 'grafana-9.9.9', 'bin', 'grafana'), join(programs, 'grafana'))
    assert.equal(grafanaHome(env), join(scratch, 'grafana-9.9.9'))
  })

  test('a Grafana with another sum is refused, and nothing is left of it', async () => {
    const wrong = '0'.repeat(64)
    await assert.rejects(fetchGrafana(env, release(grafana, undefined, wrong), () => {}), new RegExp(`http://\\S+: expected sha256 ${wrong}, got [0-9a-f]{64}: not used`))
    assert.deepEqual(left(), [])
    assert.equal(findTool(env, 'grafana'), undefined)
  })
})
