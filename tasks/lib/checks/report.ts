import { $ } from 'zx'
import { hostname, release } from 'node:os'
import type { Environment } from '../../../clients/environment.ts'
import { cleanEnvironment } from '../../../clients/surroundings.ts'
import type { Outcome, Result } from './check.ts'
import { legend, matrices } from './matrix.ts'

/** The sign of an outcome; open is neither yes nor no. */
export const mark: Record<Outcome, string> = { proven: '✓', contradicted: '✗', open: '○' }
const escape = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(escape).join(' | ')} |`).join('\n')
}

/** The evidence: what was checked, when, on which commit, what was expected and what was seen. Markdown. */
export async function evidence(env: Environment, results: Result[]): Promise<string> {
  const { stdout } = await $({ cwd: env.root, env: cleanEnvironment(), quiet: true, nothrow: true })`git describe --always --dirty`
  const having = (outcome: Outcome) => results.filter((result) => result.outcome === outcome)
  const [contradicted, open] = [having('contradicted'), having('open')]
  const of = (group: string) => results.filter((result) => result.group === group)
  const names = [...new Set(results.map(({ group }) => group))].filter((group) => group !== 'criteria')
  return [
    '# Evidence',
    `${new Date().toISOString()} · commit ${stdout.trim() || 'unknown'} · stack at ${env.host} on ${hostname()}, Linux ${release()}, Node.js ${process.version}`,
    `${having('proven').length} of ${results.length} checks came out as claimed, ${contradicted.length} did not, ${open.length} are open.`,
    ...(of('criteria').length > 0 ? ['## Acceptance criteria', table(['', 'criterion', 'proven by', 'seen'], of('criteria').map(({ outcome, name, expected, seen }) => [mark[outcome], name, expected, seen]))] : []),
    ...(contradicted.length > 0 ? ['## Not as claimed', rowsOf(contradicted)] : []),
    ...(open.length > 0 ? ['## Open', 'There was nothing to prove these by; the command brings the evidence.', openRows(open)] : []),
    ...matrices(results).flatMap(({ cluster, principals, rows }) => [`## Access matrix of the ${cluster} cluster`, legend, table(['resource', ...principals], rows.map(({ resource, cells }) => [resource, ...cells]))]),
    ...names.flatMap((group) => [`## ${group}`, rowsOf(of(group))]),
    '',
  ].join('\n\n')
}

function rowsOf(results: Result[]): string {
  return table(['', 'check', 'expected', 'seen', 'ms'], results.map(({ outcome, name, expected, seen, ms }) => [mark[outcome], name, expected, seen, String(ms)]))
}

function openRows(results: Result[]): string {
  return table(['group', 'check', 'expected', 'seen', 'command'], results.map(({ group, name, expected, seen, hint = '' }) => [group, name, expected, seen, hint]))
}
