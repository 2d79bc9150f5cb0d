import { Command } from 'commander'
import { loadEnvironment } from '../../clients/environment.ts'
import { print, printJson, runMain, say, untilKilled, warn } from '../../clients/terminal.ts'
import { openPrometheus } from './prometheus.ts'
import { serve } from './server.ts'

const program = new Command('dashboard')
  .description('Serves the dashboards of config/grafana as one read-only page on loopback, until Ctrl-C. Needs no Grafana.')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExample:\n  task dashboard')

program.action(async ({ json }: { json?: true }) => {
  const env = loadEnvironment()
  const prometheus = openPrometheus(env)
  const { status, text } = await prometheus('/api/v1/query?query=vector(1)')
  if (status !== 200) warn(`Prometheus does not answer yet, the page will say so, too: ${text}`)
  const url = await serve(env, prometheus)
  if (json) printJson({ url })
  else print(url)
  say('whoever has this address may look; Ctrl-C ends')
  await untilKilled()
})

await runMain(program)
