import { $ } from 'zx'
import { hostname, release } from 'node:os'
import type { Environment } from '../../../clients/environment.ts'
import type { Result } from './check.ts'
import { legend, matrices } from './matrix.ts'

const mark = (ok: boolean) => (ok ? '✓' : '✗')
const escape = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(escape).join(' | ')} |`).join('\n')
}

/** The evidence: what was checked, when, on which commit, what was expected and what was seen. Markdown. */
export async function evidence(env: Environment, results: Result[]): Promise<string> {
  const { stdout } = await $({ cwd: env.root, quiet: true, nothrow: true })`git describe --always --dirty`
  const failed = results.filter(({ ok }) => !ok)
  const of = (group: string) => results.filter((result) => result.group === group)
  const names = [...new Set(results.map(({ group }) => group))].filter((group) => group !== 'criteria')
  return [
    '# Evidence',
    `${new Date().toISOString()} · commit ${stdout.trim() || 'unknown'} · stack at ${env.host} on ${hostname()}, Linux ${release()}, Node.js ${process.version}`,
    `${results.length - failed.length} of ${results.length} checks came out as claimed.`,
    ...(of('criteria').length > 0 ? ['## Acceptance criteria', table(['', 'criterion', 'proven by', 'seen'], of('criteria').map(({ ok, name, expected, seen }) => [mark(ok), name, expected, seen]))] : []),
    ...(failed.length > 0 ? ['## Failed', rowsOf(failed)] : []),
    ...matrices(results).flatMap(({ cluster, principals, rows }) => [`## Access matrix of the ${cluster} cluster`, legend, table(['resource', ...principals], rows.map(({ resource, cells }) => [resource, ...cells]))]),
    ...names.flatMap((group) => [`## ${group}`, rowsOf(of(group))]),
    '',
  ].join('\n\n')
}

function rowsOf(results: Result[]): string {
  return table(['', 'check', 'expected', 'seen', 'ms'], results.map(({ ok, name, expected, seen, ms }) => [mark(ok), name, expected, seen, String(ms)]))
}
