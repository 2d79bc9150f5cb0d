import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { offer } from '../clients/completion.ts'
import { loadEnvironment } from '../clients/environment.ts'
import { CheckError } from '../clients/errors.ts'
import { counted, out, print, printJson, runMain, say, table } from '../clients/terminal.ts'
import { requireCertificates } from './lib/certificates.ts'
import type { Outcome, Result } from './lib/checks/check.ts'
import { legend, matrices } from './lib/checks/matrix.ts'
import { groups } from './lib/checks/registry.ts'
import { evidence, mark } from './lib/checks/report.ts'
import { runChecks, selectable, selectGroups } from './lib/checks/run.ts'
import { enabledServices } from './lib/compose.ts'
import { loadConfig } from './lib/config.ts'
import { requireWritable } from './lib/output-file.ts'

const program = new Command('check')
  .description('Prove every claim about the running platform; changes nothing, wakes nobody and may run while it works. A claim is proven, contradicted, or open: nothing here to prove it by.')
  .argument('[group...]', `which groups: ${selectable.join(', ')} (default: all)`)
  .option('--json', 'every check, as JSON')
  .option('--strict', 'fail for open claims, too')
  .option('--report <file>', 'write the evidence to a Markdown file')
  .addHelpText('after', `\nGroups:\n${groups.map(({ name, about }) => `  ${name.padEnd(16)}${about}`).join('\n')}\n\nExamples:\n  task check\n  task check -- tls acl\n  task check -- --strict\n  task check -- --report evidence.md`)

offer(program, 'group', () => selectable)
program.action(async (names: string[], { json, report, strict }: { json?: true; report?: string; strict?: true }) => {
  const selected = selectGroups(names)
  if (report) await requireWritable(report)
  const env = loadEnvironment()
  requireCertificates(env)
  const results = await runChecks({ env, config: loadConfig(env), services: enabledServices(env) }, selected)
  if (report) await writeFile(report, await evidence(env, results))
  if (json) printJson(results)
  else if (process.stdout.isTTY) show(results)
  else print(table([], results.map(({ outcome, group, name, expected, seen, hint = '', ms }) => [outcome, group, name, expected, seen, String(ms), hint])))
  conclude(results, strict ?? false)
})

const having = (results: Result[], outcome: Outcome) => results.filter((result) => result.outcome === outcome)

function conclude(results: Result[], isStrict: boolean): void {
  const [proven, contradicted, open] = [having(results, 'proven'), having(results, 'contradicted'), having(results, 'open')]
  const hints = [...new Set(open.flatMap(({ hint }) => hint ?? []))]
  if (contradicted.length > 0) throw new CheckError('CHECK_FAILED', `${contradicted.length} of ${results.length} checks did not come out as claimed${open.length > 0 ? `, ${open.length} are open` : ''}`, `task check -- ${contradicted[0]?.group}; task status; task plan`)
  const text = `${proven.length > 0 ? counted(proven.length, 'check') : 'no check'} came out as claimed`
  if (open.length > 0 && isStrict) throw new CheckError('CHECK_OPEN', `${text}, ${open.length} of ${results.length} are open`, hints.join('; '))
  say(open.length > 0 ? `${text}, ${open.length} ${open.length === 1 ? 'is' : 'are'} open: nothing here to prove them by\n${hints.map((hint) => `  → ${hint}`).join('\n')}` : text)
}

const colour: Record<Outcome, (text: string) => string> = { proven: out.green, contradicted: out.red, open: out.yellow }

/** For people: the matrix, the criteria, and whatever is not proven. */
function show(results: Result[]): void {
  for (const { cluster, principals, rows } of matrices(results)) {
    print(out.bold(`\nAccess matrix of the ${cluster} cluster`))
    print(table(['resource', ...principals], rows.map(({ resource, cells }) => [resource, ...cells.map((cell) => (cell.startsWith('!') ? out.red(cell) : cell))])))
    print(out.dim(legend))
  }
  const criteria = results.filter(({ group }) => group === 'criteria')
  if (criteria.length > 0) print(table(['', 'criterion', 'proven by', 'seen'], criteria.map(({ outcome, name, expected, seen }) => [colour[outcome](mark[outcome]), name, expected, seen])))
  const others = results.filter(({ group }) => group !== 'criteria')
  const contradicted = having(others, 'contradicted')
  if (contradicted.length > 0) print(table(['group', 'failed check', 'expected', 'seen'], contradicted.map(({ group, name, expected, seen }) => [group, name, expected, seen])))
  const open = having(others, 'open')
  if (open.length > 0) print(table(['group', 'open check', 'expected', 'seen', 'brings evidence'], open.map(({ group, name, expected, seen, hint = '' }) => [group, name, expected, seen, hint])))
}

await runMain(program)
