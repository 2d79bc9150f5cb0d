import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { loadEnvironment } from '../clients/environment.ts'
import { CheckError } from '../clients/errors.ts'
import { out, print, printJson, runMain, say, table } from '../clients/terminal.ts'
import { requireCertificates } from './lib/certificates.ts'
import type { Result } from './lib/checks/check.ts'
import { legend, matrices } from './lib/checks/matrix.ts'
import { groups } from './lib/checks/registry.ts'
import { evidence } from './lib/checks/report.ts'
import { runChecks, selectable, selectGroups } from './lib/checks/run.ts'
import { enabledServices } from './lib/compose.ts'
import { loadConfig } from './lib/config.ts'
import { interruptible } from './lib/interrupt.ts'
import { requireWritable } from './lib/output-file.ts'

const program = new Command('check')
  .description('Prove every claim about the running platform; changes nothing and may run while it works.')
  .argument('[group...]', `which groups: ${selectable.join(', ')} (default: all)`)
  .option('--json', 'every check, as JSON')
  .option('--report <file>', 'write the evidence to a Markdown file')
  .addHelpText('after', `\nGroups:\n${groups.map(({ name, about }) => `  ${name.padEnd(16)}${about}`).join('\n')}\n\nExamples:\n  task check\n  task check -- tls acl\n  task check -- --report evidence.md`)

program.action(async (names: string[], { json, report }: { json?: true; report?: string }) => {
  interruptible()
  const selected = selectGroups(names)
  if (report) await requireWritable(report)
  const env = loadEnvironment()
  requireCertificates(env)
  const results = await runChecks({ env, config: loadConfig(env), services: enabledServices(env) }, selected)
  if (report) await writeFile(report, await evidence(env, results))
  if (json) printJson(results)
  else if (process.stdout.isTTY) show(results)
  else print(table([], results.map(({ ok, group, name, expected, seen, ms }) => [ok ? 'ok' : 'FAILED', group, name, expected, seen, String(ms)])))
  const failed = results.filter(({ ok }) => !ok)
  if (failed.length > 0) throw new CheckError('CHECK_FAILED', `${failed.length} of ${results.length} checks did not come out as claimed`, `task check -- ${failed[0]?.group}; task status; task plan`)
  say(`${results.length} checks came out as claimed`)
})

/** For people: the matrix, the criteria, and whatever failed. */
function show(results: Result[]): void {
  for (const { cluster, principals, rows } of matrices(results)) {
    print(out.bold(`\nAccess matrix of the ${cluster} cluster`))
    print(table(['resource', ...principals], rows.map(({ resource, cells }) => [resource, ...cells.map((cell) => (cell.startsWith('!') ? out.red(cell) : cell))])))
    print(out.dim(legend))
  }
  const criteria = results.filter(({ group }) => group === 'criteria')
  if (criteria.length > 0) print(table(['', 'criterion', 'proven by', 'seen'], criteria.map(({ ok, name, expected, seen }) => [ok ? out.green('✓') : out.red('✗'), name, expected, seen])))
  const failed = results.filter(({ ok, group }) => !ok && group !== 'criteria')
  if (failed.length > 0) print(table(['group', 'failed check', 'expected', 'seen'], failed.map(({ group, name, expected, seen }) => [group, name, expected, seen])))
}

await runMain(program)
