import type { Connectors } from '../../clients/connect.ts'
import type { Worker } from '../../clients/environment.ts'

/**
 * What a connector is doing, as Connect says; of one that has failed also why.
 *
 * @returns `RUNNING` only when all of its tasks run, too, or it has none
 */
export function stateOf(worker: Worker, { status, info }: Connectors[string]): string {
  const failed = status.tasks.find(({ state }) => state === 'FAILED')
  if (failed) return `task ${failed.id} FAILED: ${reasonOf(worker, info.config, failed.trace)}`
  if (status.connector.state === 'FAILED') return `FAILED: ${reasonOf(worker, info.config, status.connector.trace)}`
  return status.connector.state
}

/** The innermost cause in a Java stack trace, for the outer ones say only that something went wrong; with the right that is missing. */
export function reasonOf(worker: Worker, settings: Record<string, string>, trace = ''): string {
  const layers = trace.split('\n').filter((line, index) => index === 0 || line.startsWith('Caused by: '))
  const innermost = (layers.at(-1) ?? '').replace('Caused by: ', '').replace(/^(?:[\w$]+\.)+(?=[A-Z])/, '').trim()
  const right = missingRight(worker, settings, trace)
  return (innermost || 'no reason given') + (right ? `; missing: the right of ${right}` : '')
}

/** Kafka and PostgreSQL name what was denied, not who asked, nor always for what. */
function missingRight(worker: Worker, settings: Record<string, string>, trace: string): string | undefined {
  const [, group] = /Not authorized to access group: (\S+)/.exec(trace) ?? []
  if (group !== undefined) return `User:${worker} to READ group ${group} (config/principals.yaml; task apply -- acls)`
  const [, topics] = /Not authorized to access topics: \[([^\]]+)\]/.exec(trace) ?? []
  if (topics !== undefined) {
    const isRead = topics.split(', ').every((topic) => settings.topics?.split(',').includes(topic)) && !/producer/i.test(trace)
    return `User:${worker} to ${isRead ? 'READ' : 'WRITE'} topic ${topics} (config/principals.yaml; task apply -- acls)`
  }
  if (/TransactionalIdAuthorizationException/.test(trace)) return `User:${worker} to WRITE its transactional ids (config/principals.yaml; task apply -- acls)`
  if (/ClusterAuthorizationException/.test(trace)) return `User:${worker} to use the cluster (config/principals.yaml; task apply -- acls)`
  const [, what] = /permission denied for (\w+ \w+)/.exec(trace) ?? []
  return what === undefined ? undefined : `role ${settings['connection.username'] ?? worker} in PostgreSQL on ${what} (config/postgres)`
}
