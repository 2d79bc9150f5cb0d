import { Command } from 'commander'
import { certificateFiles, loadEnvironment } from '../../clients/environment.ts'
import { serveHttps } from '../../clients/https.ts'
import { runMain, say, untilKilled } from '../../clients/terminal.ts'
import { banCollector } from './bans.ts'
import { canaryCollector } from './canary.ts'
import { runCollectors } from './collector.ts'
import { connectorCollector } from './connectors.ts'
import { eventCollector } from './events.ts'
import { lagCollector } from './lag.ts'
import { limitCollector } from './limits.ts'
import { certificateCollector, diskCollector } from './machine.ts'
import { registry } from './metrics.ts'
import { mirrorCollector } from './mirror.ts'
import { serviceCollector } from './services.ts'
import { storageCollector } from './storage.ts'

const program = new Command('exporter').description('Shows Prometheus what JMX does not know, and restarts failed connectors.')

program.action(async () => {
  const env = loadEnvironment()
  runCollectors([
    lagCollector(env, 'primary'),
    connectorCollector(env, 'connect'),
    ...(env.profiles.includes('analytics') ? [lagCollector(env, 'analytics'), connectorCollector(env, 'mirror'), mirrorCollector(env)] : []),
    banCollector(env),
    eventCollector(env),
    canaryCollector(env),
    storageCollector(env),
    limitCollector(env),
    certificateCollector(env),
    diskCollector(env),
    serviceCollector(env, process.env.PROBES),
  ])
  const port = Number(env.variables.EXPORTER_PORT)
  await serveHttps(env.host, port, certificateFiles(env, 'exporter-http', 'monitoring-ca'), async ({ path }) =>
    path === '/metrics' ? { status: 200, text: await registry.metrics(), type: registry.contentType } : { status: path === '/-/ready' ? 200 : 404, text: '' },
  )
  say(`metrics at https://${env.host}:${port}/metrics`)
  await untilKilled()
})

await runMain(program)
