import { dirname } from 'node:path'
import { certificateFiles, type Environment } from '../../../clients/environment.ts'
import { askDaemon, statePage } from '../../../clients/hdfs.ts'
import { callHttps } from '../../../clients/https.ts'
import { refusedCertificate } from '../../../clients/refusal.ts'
import { monitoring } from '../monitoring.ts'
import { hasProgram } from '../stack.ts'
import { missingTool } from '../tools.ts'
import { type Claim, judged, type Subject, Unproven } from './check.ts'
import { principalsOf } from './sites.ts'

const sinkClass = 'org.apache.kafka.connect.file.FileStreamSinkConnector'
const sourceClass = 'org.apache.kafka.connect.file.FileStreamSourceConnector'
const nobodys = 'vygodno-abuse'

/** At Connect: the file of the operator's key, a connector of one's own, any file of the machine, settings of another. */
export function atConnect(env: Environment): Claim[] {
  const call = async (principal: string, method: string, path: string, body?: unknown) => {
    const { status } = await callHttps(new URL(path, env.workers.connect.url), certificateFiles(env, principal, 'rest-ca'), { method, body })
    return `status ${status}`
  }
  const keys = dirname(certificateFiles(env, 'operator').key)
  const stolen = { name: 'catalog-file', 'connector.class': sinkClass, topics: 'catalog.products', file: `\${directory:${keys}:operator.pem}` }
  const refused = (name: string, ...[principal, method, path, body]: [string, string, string, unknown?]): Claim => ({
    name: `${principal} ${name}`,
    expected: 'status 403',
    look: () => call(principal, method, path, body),
  })
  return [
    // a configuration without a class is one that Connect itself refuses, with another status
    refused('reads a key through the answer to a validation', 'supervisor', 'PUT', `/connector-plugins/${sinkClass}/config/validate`, stolen),
    refused('reads a key through the answer to a validation', 'connect-admin', 'PUT', `/connector-plugins/${sinkClass}/config/validate`, stolen),
    refused('makes a connector', 'supervisor', 'PUT', `/connectors/${nobodys}/config`, {}),
    refused('reads the settings of a connector', 'supervisor', 'GET', '/connectors/catalog-file'),
    refused('makes a connector that is not declared', 'connect-admin', 'PUT', `/connectors/${nobodys}/config`, {}),
    refused('reads any file of the machine', 'connect-admin', 'PUT', `/connector-plugins/${sourceClass}/config/validate`, { 'connector.class': sourceClass, name: nobodys, topic: 'x', file: '/etc/hostname' }),
    { name: 'supervisor sees how connectors are', expected: 'status 200', look: () => call('supervisor', 'GET', '/connectors?expand=status') },
  ]
}

/**
 * At Alertmanager, by whoever has a certificate of monitoring and so may read what it knows. Both are refused for their
 * content where the certificate is taken, as that of on-call is.
 */
export function atAlertmanager({ env, config, services }: Subject): Claim[] {
  const post = async (principal: string, path: string) => {
    const url = new URL(path, `https://${env.host}:${env.variables.ALERTMANAGER_PORT}`)
    const files = certificateFiles(env, principal, 'alerting-ca')
    try {
      const { status } = await callHttps(url, files, { method: 'POST', body: {} })
      return status === 400 || status === 422 ? 'let in, refused for its content' : `status ${status}`
    } catch (error) {
      if (!refusedCertificate(error, 'Alertmanager', files)) throw error
      return 'certificate refused'
    }
  }
  const attempts = [['silences', '/api/v2/silences'], ['makes up an alert', '/api/v2/alerts']] as const
  const claims = (principal: string, expected: string) =>
    attempts.map(([what, path]): Claim => {
      const name = `${principal} ${what} at Alertmanager`
      return { name, expected, look: () => post(principal, path) }
    })
  const { tool } = services.find((service) => service.name === 'alertmanager' && !hasProgram(env, service)) ?? {}
  const claim = (name: string, expected: string, look: Claim['look']): Claim => ({ name, expected, look })
  if (tool) {
    const absent = () => Promise.reject(new Unproven(missingTool(tool), 'task status'))
    return [claim('monitor silences at Alertmanager', 'certificate refused', absent)]
  }
  return [
    ...principalsOf(config, 'monitoring').flatMap((principal) => claims(principal, 'certificate refused')),
    ...claims('on-call', 'let in, refused for its content'),
    claim('monitor reads what is silenced', 'an answer', () => monitoring(env).silences().then(() => 'an answer')),
  ]
}

/** At the receiver of alerts, by whoever else has a certificate of monitoring. */
export function atTheReceiver(env: Environment): Claim[] {
  const call = async (principal: string, method: string, body?: unknown, path = '/alerts') => {
    const url = new URL(path, `https://${env.host}:${env.variables.ALERT_RECEIVER_PORT}`)
    return `status ${(await callHttps(url, certificateFiles(env, principal, 'monitoring-ca'), { method, body })).status}`
  }
  return [
    // what is no notification is refused with another status, and not kept
    { name: 'monitor forges an alert', expected: 'status 403', look: () => call('monitor', 'POST', {}) },
    {
      name: 'monitor lifts a silence at the receiver',
      expected: 'status 405',
      look: () => call('monitor', 'DELETE', undefined, '/silences'),
    },
    { name: 'monitor reads which alerts came', expected: 'status 200', look: () => call('monitor', 'GET') },
  ]
}

/** At HDFS, by any program of this machine, or a page of a browser that calls it by another name. */
export function atHdfs(env: Environment): Claim[] {
  const statusOf = async (path: string, host?: string) => `status ${(await askDaemon(new URL(path, env.hdfs.http), host ? { host } : {})).status}`
  const refused = (path: string, what: string, host?: string): Claim => ({ name: `any program ${what}`, expected: 'status 403', look: () => statusOf(path, host) })
  return [
    refused('/logLevel?log=org.apache.hadoop', "asks for HDFS' levels of logging"),
    refused('/conf', "reads HDFS' settings"),
    refused('/stacks', "reads HDFS' threads"),
    refused('/imagetransfer?getimage=1&txid=latest', 'takes the image of the file system'),
    refused('/jmx', 'reads all that the NameNode counts'),
    refused(statePage, 'asks HDFS by another name', 'attacker.example'),
    { name: 'the platform asks whether the NameNode is well', expected: 'status 200', look: () => statusOf(statePage) },
  ]
}

/** At the pages of counters, which any program of this machine may read. */
export function atPages({ env, config, services }: Subject): Claim[] {
  const principals = Object.keys(config.principals.clients)
  // a cluster may be called as who serves it is
  const names = (label: string, value: string) => /user|principal|client/i.test(label) && principals.includes(value)
  const tells = ([label, value]: [string, string]) => value.startsWith('/') || value.includes(env.stack) || value.startsWith('User:') || names(label, value)
  const pages = services.filter(({ profile, environment }) => env.profiles.includes(profile) && environment.METRICS_PORT)
  return pages.map(({ name, environment: { METRICS_PORT: port } }): Claim => ({
    name: `any program learns from the counters of ${name} where its files lie, or who connects`,
    expected: 'neither',
    look: async () => {
      const answer = await fetch(`http://${env.host}:${port}/metrics`, { signal: AbortSignal.timeout(10_000) })
      const labels = [...(await answer.text()).matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', value = '']): [string, string] => [label, value])
      const told = [...new Set(labels.filter(tells).map(([label, value]) => `${label}="${value}"`))]
      return judged(labels.length > 0 && told.length === 0, told.slice(0, 3).join(', ') || (labels.length > 0 ? 'neither' : 'no counters'))
    },
  }))
}
