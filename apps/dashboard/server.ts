import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { Environment } from '../../clients/environment.ts'
import { PrerequisiteError } from '../../clients/errors.ts'
import { isCalledBy } from '../../clients/https.ts'
import type { Prometheus } from './prometheus.ts'

type Reply = { status: number; type: string; body: string | Buffer }

/** The page brings everything with it and speaks to nobody else. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const files: Record<string, string> = { 'index.html': 'text/html', 'main.js': 'text/javascript', 'style.css': 'text/css' }

/**
 * Serves the page over plain HTTP, on loopback only: a browser does not know our CA, and what it asks stays on the machine.
 * Everything lies below a random path, so that only who was told the address can read; nothing can be written.
 *
 * @returns the address, once it listens
 * @throws PrerequisiteError `PORT_TAKEN`
 */
export async function serve(env: Environment, prometheus: Prometheus): Promise<string> {
  const port = Number(env.variables.DASHBOARD_PORT)
  const base = `/${randomBytes(16).toString('base64url')}/`
  const server = createServer((request, response) => {
    const answer = async (): Promise<Reply> => {
      if (!isCalledBy(request, env.host, port)) return plain(421, `expected to be called as ${env.host}:${port}`)
      if (request.method !== 'GET') return plain(405, 'this page is read-only')
      if (!request.url?.startsWith(base)) return plain(404, 'expected the address that task dashboard printed')
      return reply(env, prometheus, request.url.slice(base.length))
    }
    void answer()
      .catch((error: unknown) => plain(500, error instanceof Error ? error.message : String(error)))
      .then(({ status, type, body }) =>
        response
          .writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': policy, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' })
          .end(body),
      )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(cause.code === 'EADDRINUSE' ? new PrerequisiteError('PORT_TAKEN', `expected ${env.host}:${port} to be free for the page, it is held by another process`, 'end the other task dashboard, or: DASHBOARD_PORT=19596 task dashboard', { cause }) : cause),
    )
    server.listen(port, env.host, resolve)
  })
  return `http://${env.host}:${port}${base}`
}

const plain = (status: number, body: string): Reply => ({ status, type: 'text/plain', body })

/** What Prometheus may be asked for the page; its API can also delete. */
const readable = /^api\/v1\/(query|query_range|label\/\w+\/values)\?/

async function reply(env: Environment, prometheus: Prometheus, path: string): Promise<Reply> {
  if (readable.test(path)) {
    const { status, text } = await prometheus(`/${path}`)
    return { status, type: 'application/json', body: text }
  }
  if (path === 'dashboards.json') return { status: 200, type: 'application/json', body: dashboards(env) }
  const name = path || 'index.html'
  const type = Object.hasOwn(files, name) ? files[name] : undefined
  return type ? { status: 200, type, body: readFileSync(join(env.build, 'dist', 'apps', 'dashboard', 'page', name)) } : plain(404, 'there is no such file')
}

/** All dashboards as one JSON array, read anew each time; the overview comes first. */
function dashboards(env: Environment): string {
  const folder = join(env.root, 'config', 'grafana', 'dashboards')
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  const inOrder = ['overview.json', ...names.filter((name) => name !== 'overview.json').toSorted()]
  return `[${inOrder.map((name) => readFileSync(join(folder, name), 'utf8')).join(',')}]`
}
