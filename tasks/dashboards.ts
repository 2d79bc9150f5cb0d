import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { loadEnvironment } from '../clients/environment.ts'
import { print, printJson, runMain, say } from '../clients/terminal.ts'
import { dashboardFiles } from './lib/dashboards/registry.ts'

const program = new Command('dashboards')
  .description('Write config/grafana/dashboards/*.json from tasks/lib/dashboards/*.ts; removes what is no longer declared')
  .option('--json', 'what was written and removed, as JSON')
  .addHelpText('after', '\nExample:\n  task dashboards')

program.action(({ json }: { json?: true }) => {
  const folder = join(loadEnvironment().root, 'config', 'grafana', 'dashboards')
  mkdirSync(folder, { recursive: true })
  const wanted = dashboardFiles()
  const present = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
  const removed = [...present.keys()].filter((name) => !wanted.has(name))
  for (const name of removed) rmSync(join(folder, name))
  const changed = [...wanted].filter(([name, text]) => present.get(name) !== text)
  for (const [name, text] of changed) writeFileSync(join(folder, name), text)
  if (json) return printJson({ dashboards: wanted.size, written: changed.map(([name]) => name), removed })
  for (const [name] of changed) print(`config/grafana/dashboards/${name}`)
  say(`${wanted.size} dashboards, ${changed.length} changed`)
})

await runMain(program)
