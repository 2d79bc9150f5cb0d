/** What has to be made before a command can run: Taskfile.yml says how. */
type Need = 'jars' | 'tools'

/** A program of the bundle, what stands before the arguments that a person gives, and what it needs. */
export type Command = { program: string; leading?: string[]; needs?: Need[] }

const task = (name: string, needs: Need[] = []): Command => ({ program: `tasks/${name}.js`, needs })
const client = (...leading: string[]): Command => ({ program: 'apps/client-api/main.js', leading })
const tests = (needs: Need[], ...leading: string[]): Command => ({ program: 'tasks/test.js', leading, needs })

const jars: Need[] = ['jars']
const all: Need[] = ['jars', 'tools']

/** The commands; Taskfile.yml describes each, so that plain `task` knows them, too. */
export const commands: Record<string, Command> = {
  bootstrap: task('bootstrap', all),
  demo: task('demo', all),
  up: task('up', all),
  down: task('down'),
  restart: task('restart'),
  status: task('status'),
  doctor: task('doctor'),
  logs: task('logs'),
  clean: task('clean'),
  plan: task('plan'),
  apply: task('apply'),
  alerts: task('alerts'),
  dashboard: { program: 'apps/dashboard/main.js' },
  dashboards: task('dashboards'),
  shop: { program: 'apps/shop-api/main.js' },
  banned: task('banned'),
  transfer: task('transfer'),
  search: client('search'),
  recommend: client('recommend'),
  client: client(),
  simulate: client('simulate'),
  analytics: task('analytics', jars),
  check: task('check'),
  certs: task('certs'),
  quarantine: task('quarantine', all),
  test: tests(all, 'types', 'unit', 'java', 'core', 'analytics'),
  'test:types': tests([], 'types'),
  'test:unit': tests(all, 'unit'),
  'test:java': tests([], 'java'),
  'test:platform': tests(all, 'core', 'analytics'),
  'test:long': tests(all, 'rotation', 'whole'),
  'test:part': tests(all),
  bench: task('bench', all),
}

/** What commands need, as Taskfile.yml says when it has changed. */
export const made: string[] = ['jars', 'tools'] satisfies Need[]

/** What Taskfile.yml does by itself. */
export const recipes = ['audit', 'build', ...made]

/** What a newcomer needs, as README.md#five-commands tells it. */
export const firstCommands = ['demo', 'search', 'banned', 'check', 'down']

/** Whose command it is; every command and recipe stands in one group. */
export const groups: Record<string, string[]> = {
  platform: ['bootstrap', 'demo', 'up', 'down', 'restart', 'status', 'doctor', 'clean'],
  shop: ['shop'],
  moderator: ['banned', 'transfer'],
  customer: ['search', 'recommend', 'client'],
  analyst: ['analytics', 'simulate'],
  operator: ['plan', 'apply', 'check', 'alerts', 'logs', 'certs', 'quarantine', 'dashboard'],
  developer: ['test', 'test:types', 'test:unit', 'test:java', 'test:platform', 'test:long', 'test:part', 'bench', 'dashboards', ...recipes],
}
