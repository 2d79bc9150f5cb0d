// Bundles every command once, so that starting one costs what its work costs: .stack/build/dist/{tasks,apps/NAME}/*.js
import { existsSync, readdirSync } from 'node:fs'
import { build } from 'esbuild'

const commands = readdirSync('tasks').filter((name) => name.endsWith('.ts'))
const apps = readdirSync('apps').filter((name) => existsSync(`apps/${name}/main.ts`))

await build({
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
  // dependencies in CommonJS format call require()
  banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
})

// the page of task dashboard runs in a browser: it has to bring everything with it
await build({
  entryPoints: ['main.ts', 'style.css', 'index.html'].map((name) => `apps/dashboard/page/${name}`),
  outdir: '.stack/build/dist/apps/dashboard/page',
  bundle: true,
  minify: true,
  platform: 'browser',
  target: 'es2023',
  format: 'esm',
  loader: { '.html': 'copy' },
  logLevel: 'warning',
})
