import { declaredNames } from './environment.ts'

/** Read by zx when it is loaded. */
const zx = ['CWD', 'DETACHED', 'KILL_SIGNAL', 'POSTFIX', 'PREFER_LOCAL', 'PREFIX', 'QUIET', 'SHELL', 'TIMEOUT', 'TIMEOUT_SIGNAL', 'VERBOSE'].map((name) => `ZX_${name}`)

/**
 * What is not heeded of the environment, and why: it would weaken a check, or divert work, without a word. `NAME_*` stands for
 * all that begin so, except what compose/.env declares. `early` acts while Node.js starts: ./taskw keeps it from there.
 */
export const ignored: { names: string[]; why: string; early?: true }[] = [
  { names: ['LD_AUDIT', 'LD_PRELOAD'], why: 'puts other code into every program', early: true },
  { names: ['NODE_OPTIONS', 'NODE_PATH', 'NODE_V8_COVERAGE'], why: 'has Node.js run or write something else', early: true },
  { names: ['NODE_USE_ENV_PROXY'], why: 'sends calls of the platform to a proxy', early: true },
  { names: ['OPENSSL_CONF', 'OPENSSL_MODULES'], why: 'changes what TLS accepts', early: true },
  { names: zx, why: 'changes how programs are run', early: true },
  // read by Node.js at each connection
  { names: ['NODE_TLS_REJECT_UNAUTHORIZED'], why: 'trusts any server' },
  { names: ['SSLKEYLOGFILE'], why: 'writes down the keys of connections' },
  { names: ['PG*'], why: 'diverts queries of PostgreSQL' },
  { names: ['CLASSPATH', 'JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', '_JAVA_OPTIONS'], why: 'changes every JVM' },
  { names: ['GF_*', 'HADOOP_*', 'HDFS_*', 'KAFKA_*', 'SPARK_*'], why: 'settings stand in config/ and compose/.env' },
]

/** What programs need that the platform starts; everything else that a person or a login has set stays outside. */
const passedOn = new Set([
  'PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'TMPDIR', 'XDG_RUNTIME_DIR', 'LD_LIBRARY_PATH', 'JAVA_HOME', 'NO_COLOR', 'CI', 'DEBUG',
  // Telegram may be behind a proxy with a CA of its own; connections of the platform name the CA that they trust
  'NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA',
])

/** Under this beginning ./taskw hands over what it has kept from Node.js. */
const kept = 'VYGODNO_KEPT_'
/** Set for programs of ours that are given everything: it has been said. */
const said = 'VYGODNO_SAID'

const isSaid = process.env[said] !== undefined
const keptNames = Object.keys(process.env).filter((name) => name.startsWith(kept)).map((name) => name.slice(kept.length))

/** What a person gave that is not in this process's environment any more, without what is about our own use of zx. */
const removed: Record<string, string> = {}
const remove = (name: string, from = name) => {
  if (!zx.includes(name)) removed[name] = process.env[from] ?? ''
  delete process.env[from]
}
for (const name of keptNames) remove(name, `${kept}${name}`)
delete process.env[said]

/**
 * Takes out of this process's environment what is not heeded. Called before anything connects.
 *
 * @returns what to say about it, without values; nothing the second time
 */
export function ignoreSurroundings(): string[] {
  const declared = declaredNames()
  const matching = (pattern: string) => Object.keys(process.env).filter((name) => isMeant(pattern, name) && !declared.includes(name))
  const [prevented, acted]: [string[], string[]] = [[], []]
  for (const { names, why, early } of ignored) {
    const here = names.flatMap(matching)
    const say = (list: string[], which: string[]) => which.length > 0 && list.push(`${which.join(', ')} (${why})`)
    say(prevented, names.filter((name) => keptNames.includes(name)))
    // an empty one does nothing
    say(early ? acted : prevented, here.filter((name) => process.env[name]))
    for (const name of here) remove(name)
  }
  keptNames.length = 0
  const lines = [
    ...(prevented.length > 0 ? [`ignored from the environment: ${prevented.join('; ')}`] : []),
    ...(acted.length > 0 ? [`has acted before it could be ignored: ${acted.join('; ')}: start by ./taskw`] : []),
  ]
  if (isSaid) return []
  if (lines.length > 0) removed[said] = '1'
  return lines
}

/** PGP and pgAdmin have nothing to do with the client of PostgreSQL. */
function isMeant(pattern: string, name: string): boolean {
  if (!pattern.endsWith('*')) return name === pattern
  return name.startsWith(pattern.slice(0, -1)) && /^\w+$/.test(name) && !/^PG(P_|ADMIN|ID$)/.test(name)
}

/**
 * The environment as a person gave it, for what fetches and builds: it may need proxies, options of Maven, and all the rest.
 *
 * @param own what that program is given besides
 */
export function wholeEnvironment(own: Record<string, string> = {}): NodeJS.ProcessEnv {
  return { ...removed, ...process.env, ...own }
}

/**
 * The environment of a program that this one starts: the same on every machine, in every language and time zone.
 *
 * @param own what that program is given besides
 */
export function cleanEnvironment(own: Record<string, string> = {}): Record<string, string> {
  const declared = declaredNames()
  const isPassedOn = (name: string) => name.startsWith('VYGODNO_') || passedOn.has(name) || declared.includes(name)
  const passed = Object.entries(process.env).flatMap(([name, value = '']): [string, string][] => (isPassedOn(name) ? [[name, value]] : []))
  return { ...Object.fromEntries(passed), LC_ALL: 'C.UTF-8', TZ: 'UTC', ...own }
}
