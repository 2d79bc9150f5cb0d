import { readFileSync } from 'node:fs'
import { certificateFiles, type Environment } from '../../../clients/environment.ts'
import { messageOf } from '../../../clients/errors.ts'
import { readAuthority } from '../authorities.ts'
import { sign } from '../signing.ts'
import type { Acl } from '../resources/acls.ts'
import { type Attempt, attempts, type ResourceKind, undeclaredTopic } from './attempts.ts'
import { type Group, inParallel, judged, prove, type Result, Unproven } from './check.ts'
import { rightsInPostgres } from './postgres.ts'
import { principalsOf, type Site, sites } from './sites.ts'
import { type Identity, openWire } from '../../../clients/wire.ts'

/** One row of the matrix: what a principal may do with one resource of a cluster. */
type Row = { site: Site; principal: string; kind: ResourceKind; name: string }

const kinds: ResourceKind[] = ['topic', 'group', 'transactional id', 'cluster']
const verdictsAtOnce = 4
/** A rule for this name is a rule for all names (ResourcePattern.WILDCARD_RESOURCE). */
const everyName = '*'

/**
 * The matrix: every principal × every resource × every operation, tried on every broker with that principal's own
 * certificate, and somebody our CA has signed whom nobody knows. What is expected follows from principals.yaml. The super
 * users' rows are the allowed twins of all denials.
 */
export const acl: Group = {
  name: 'acl',
  about: 'every principal may do what is declared and nothing else',
  run: async ({ env, config, progress }) => {
    const known = principalsOf(config, 'platform').map((name) => ({ name, identity: identityOf(env, name) }))
    const authority = await readAuthority(env, 'platform').catch(() => undefined)
    const stranger = authority && { name: 'stranger', identity: { ...(await sign(authority, { name: 'stranger' })), ca: authority.cert } }
    const failures = new Map<string, Failure>()
    const tried = sites(env, config).flatMap((site) => [...known, ...(stranger ? [stranger] : [])].map(({ name, identity }) => ({ site, name, identity })))
    const rows = await inParallel(verdictsAtOnce, tried, ({ site, name, identity }) => (progress(`${site.name}: ${name}`), matrixOf(site, name, identity, failures)))
    const strangers = stranger ? [] : await prove('acl', [{ name: 'stranger', expected: 'nothing', look: () => Promise.reject(new Unproven('ca.key is not in the authorities\' folder, so nobody can be made up', 'put ca.key back, then task check -- acl')) }])
    return [...[...failures.values()].map(asResult), ...rows.flat(), ...strangers, ...(await rightsInPostgres(env, known.map(({ name }) => name)))]
  },
}

/** What a broker could not be asked, and why: one line for all principals that met with the same. */
type Failure = { site: string; broker: string; cause: string; isDead: boolean; principals: Set<string>; rows: number }

const asResult = ({ site, broker, cause, principals, rows }: Failure): Result => ({
  group: 'acl',
  name: `${site}: the broker at ${broker}`,
  expected: 'an answer to everybody',
  ...judged(false, `${cause} (${principals.size > 3 ? `${principals.size} principals` : [...principals].join(', ')}, ${rows} cells not tried there)`),
  ms: 0,
})

function identityOf(env: Environment, principal: string): Identity {
  const files = certificateFiles(env, principal)
  return { key: readFileSync(files.key), cert: readFileSync(files.cert), ca: readFileSync(files.ca) }
}

/** All rows of one principal, each broker asked in turn; the brokers that can be asked must agree. */
async function matrixOf(site: Site, principal: string, identity: Identity, failures: Map<string, Failure>): Promise<Result[]> {
  const started = performance.now()
  const rows = kinds.flatMap((kind) => resources(site, kind).map((name): Row => ({ site, principal, kind, name })))
  const failed = (broker: string, cause: string, isDead: boolean) => {
    const failure = failures.get(`${broker} ${cause}`) ?? { site: site.name, broker, cause, isDead, principals: new Set(), rows: 0 }
    failures.set(`${broker} ${cause}`, { ...failure, principals: failure.principals.add(principal), rows: failure.rows + rows.length })
  }
  const verdicts = await Promise.all(
    site.env.kafka.brokers.map(async (broker) => {
      // who has been silent once is not waited for again and again
      const dead = [...failures.values()].find((failure) => failure.broker === broker && failure.isDead)
      if (dead) return void failed(broker, dead.cause, true)
      return onBroker(broker, identity, rows).catch((error: unknown) => failed(broker, messageOf(error), /ECONNREFUSED|no answer/.test(messageOf(error))))
    }),
  )
  const answered = verdicts.filter((verdict) => verdict !== undefined)
  if (answered.length === 0) return []
  const ms = Math.round((performance.now() - started) / rows.length)
  return rows.map((row, index) => {
    const expected = operations(row.kind).filter((operation) => isAllowed(row, operation)).join(' ') || 'nothing'
    const seen = [...new Set(answered.map((verdict) => verdict[index] ?? ''))].join(' | ')
    return { group: 'acl', name: `${site.name}: ${principal} on ${row.kind} ${row.name}`, expected, ...judged(seen === expected, seen), ms }
  })
}

const operations = (kind: ResourceKind) => attempts.filter((attempt) => attempt.kind === kind).map(({ operation }) => operation)

/** What each row came to on one broker: the operations that were allowed, or the first answer that is neither yes nor no. */
async function onBroker(broker: string, identity: Identity, rows: Row[]): Promise<string[]> {
  const found = new Map<Row, string[]>(rows.map((row) => [row, []]))
  const wire = await openWire(broker, identity)
  try {
    for (const attempt of attempts) {
      const own = rows.filter(({ kind }) => kind === attempt.kind)
      const codes = await attempt.ask(wire, own.map(({ name }) => name))
      for (const row of own) found.get(row)?.push(...verdict(attempt, codes.get(row.name)))
    }
    return rows.map((row) => found.get(row)?.join(' ') || 'nothing')
  } finally {
    wire.close()
  }
}

function verdict({ operation, allowed, denied }: Attempt, code: number | undefined): string[] {
  if (code === denied) return []
  return [code !== undefined && allowed.includes(code) ? operation : `${operation}=error ${code ?? 'missing'}`]
}

/** Everything that is declared, one name for each prefix, and one that nobody may touch. */
function resources({ topics, acls }: Site, kind: ResourceKind): string[] {
  if (kind === 'cluster') return ['kafka-cluster']
  const ruled = acls.filter(({ resource, name }) => resource === kind && name !== everyName).map(({ name, isPrefix }) => (isPrefix ? `${name}check` : name))
  const undeclared = kind === 'topic' ? undeclaredTopic : 'vygodno-check-undeclared'
  return [...new Set([...(kind === 'topic' ? topics.map(({ name }) => name) : []), ...ruled, undeclared])]
}

/** What another right brings along (StandardAuthorizer; https://kafka.apache.org/documentation/#operations_resources_and_protocols). */
const impliedBy: Record<string, string[]> = { DESCRIBE: ['READ', 'WRITE', 'DELETE', 'ALTER'], DESCRIBE_CONFIGS: ['ALTER_CONFIGS'] }

function isAllowed({ site, principal, kind, name }: Row, operation: string): boolean {
  if (site.superUsers.includes(principal)) return true
  const own = site.acls.filter((rule) => rule.principal === `User:${principal}`)
  const grants = (rule: Acl) => [operation, 'ALL', ...(impliedBy[operation] ?? [])].includes(rule.operation)
  const covers = (rule: Acl) => rule.resource === kind && (rule.isPrefix ? name.startsWith(rule.name) : rule.name === name || rule.name === everyName)
  if (own.some((rule) => covers(rule) && grants(rule))) return true
  // whoever may write any topic may do so idempotently (KIP-679); who may create on the cluster may create every topic
  if (kind === 'cluster' && operation === 'IDEMPOTENT_WRITE') return own.some((rule) => rule.resource === 'topic' && ['WRITE', 'ALL'].includes(rule.operation))
  return kind === 'topic' && operation === 'CREATE' && own.some((rule) => rule.resource === 'cluster' && ['CREATE', 'ALL'].includes(rule.operation))
}
