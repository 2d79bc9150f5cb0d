import { existsSync, readFileSync } from 'node:fs'
import { InfraError } from '../../clients/errors.ts'
import type { Service } from './compose.ts'

/** What a service has said last, empty when it has said nothing. */
export function lastLine(service: Service): string {
  return logLines(service).at(-1) ?? ''
}

/** Its last 20 lines and where the others are, for a message. */
export function lastLines(service: Service): string {
  return [...logLines(service).slice(-20).map((line) => `  | ${line}`), `  log: ${service.folders.log}`].join('\n')
}

export function died(service: Service, how: string): InfraError {
  return new InfraError('SERVICE_DIED', `expected ${service.name} to run, it ended: ${how}\n${lastLines(service)}`, `task logs -- ${service.name}`)
}

function logLines(service: Service): string[] {
  return existsSync(service.folders.log) ? readFileSync(service.folders.log, 'utf8').trimEnd().split('\n') : []
}
