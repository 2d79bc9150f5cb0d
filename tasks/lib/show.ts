import { counted, out } from '../../clients/terminal.ts'
import type { Change } from './reconcile.ts'

const mark = { create: '+', update: '~', remove: '-' } as const

/** Changes as text, one a line, and what differs below an update. */
export function showChanges(changes: Change[]): string {
  const colour = { create: out.green, update: out.yellow, remove: out.red }
  return changes
    .flatMap(({ kind, action, id, fields }) => [
      colour[action](`${mark[action]} ${kind} ${id}`),
      ...(action === 'update' ? fields.map(({ name, from, to }) => `    ${name}: ${from ?? 'not set'} → ${to ?? 'not set'}`) : []),
    ])
    .join('\n')
}

/** `3 changes: 2 topics, 1 acls`, or `0 changes`. */
export function summarise(changes: Change[]): string {
  const kinds = [...new Set(changes.map(({ kind }) => kind))]
  const parts = kinds.map((kind) => `${changes.filter((change) => change.kind === kind).length} ${kind}`)
  return `${counted(changes.length, 'change')}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`
}
