// Bundles every command once, so that starting one costs what its work costs: .stack/build/dist/{tasks,apps/NAME}/*.js
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { build } from 'esbuild'

const commands = readdirSync('tasks').filter((name) => name.endsWith('.ts'))
const apps = readdirSync('apps').filter((name) => existsSync(`apps/${name}/main.ts`))

const programs = await build({
  entryPoints: [...commands.map((name) => `tasks/${name}`), ...apps.map((name) => `apps/${name}/main.ts`)],
  outdir: '.stack/build/dist',
  outbase: '.',
  bundle: true,
  splitting: true,
  minify: true,
  platform: 'node',
  mainFields: ['module', 'main'],
  target: 'node20',
  format: 'esm',
  external: ['pg-native'],
  logLevel: 'warning',
  write: false,
  // dependencies in CommonJS format call require()
  banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
})

// the page of task dashboard runs in a browser: it has to bring everything with it
const page = await build({
  entryPoints: ['main.ts', 'style.css', 'index.html'].map((name) => `apps/dashboard/page/${name}`),
  outdir: '.stack/build/dist/apps/dashboard/page',
  bundle: true,
  minify: true,
  platform: 'browser',
  target: 'es2023',
  format: 'esm',
  loader: { '.html': 'copy' },
  logLevel: 'warning',
  write: false,
})

// whole or not at all, shared parts first: another command may start from these files at this moment
const files = [...programs.outputFiles, ...page.outputFiles].sort((one, other) => Number(other.path.includes('/chunk-')) - Number(one.path.includes('/chunk-')))
for (const { path, contents } of files) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, contents)
  renameSync(`${path}.new`, path)
}
