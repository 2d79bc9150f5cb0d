import { Command } from 'commander'
import { type Environment, loadEnvironment, rememberSettings } from '../clients/environment.ts'
import { whenInterrupted } from '../clients/interruption.ts'
import { printJson, runMain, step } from '../clients/terminal.ts'
import { enabledServices, loadServices, type Service } from './lib/compose.ts'
import { layOutByPrincipal } from './lib/flat-certificates.ts'
import { lockStack } from './lib/lock.ts'
import { requirePrograms } from './lib/prerequisites.ts'
import { converge, selectKinds, withContext } from './lib/reconcile.ts'
import { registry } from './lib/resources/registry.ts'
import { makeSecrets } from './lib/secrets.ts'
import { awaitRules } from './lib/seed-rules.ts'
import { processOf, stopSwitchedOff, up } from './lib/stack.ts'
import { requireGrafana } from './lib/tools.ts'

const program = new Command('up').description('Start the services that do not run, and wait until they are ready')
  .option('--json', 'what runs and what was started, as JSON')
  .addHelpText('after', '\nExample:\n  task up')

program.action(async ({ json }: { json?: true }) => {
  const env = loadEnvironment()
  await step('prerequisites', () => requirePrograms(['jdk', 'openssl']))
  whenInterrupted('the same command goes on from here; task down stops what was started')
  await lockStack(env)
  rememberSettings(env)
  layOutByPrincipal(env)
  const certs = selectKinds(registry, ['certs'], env.profiles)
  await step('certificates', () => withContext((context) => converge(context, certs, true)))
  makeSecrets(env)
  await requireGrafana(env)
  const services = enabledServices(env)
  const before = new Map(services.map((service) => [service.name, processOf(env, service)?.pid]))
  await stopSwitchedOff(env, loadServices(env))
  await up(env, services)
  // a filter that has lost its state waits for the list
  if (env.profiles.includes('core')) await step('ban list', () => loadedBans(env))
  if (json) printJson(services.flatMap((service) => runningNow(env, service, before.get(service.name))))
})

function runningNow(env: Environment, service: Service, pidBefore: number | undefined) {
  const running = processOf(env, service)
  return running ? [{ service: service.name, pid: running.pid, startedAt: running.startedAt, started: running.pid !== pidBefore }] : []
}

async function loadedBans(env: Environment): Promise<void> {
  const bans = selectKinds(registry, ['bans'], env.profiles)
  await withContext((context) => converge(context, bans, true))
  await awaitRules(env)
}

await runMain(program)
