import { Command } from 'commander'
import { type Environment, loadEnvironment } from '../clients/environment.ts'
import { whenInterrupted } from '../clients/interruption.ts'
import { runMain, step } from '../clients/terminal.ts'
import { enabledServices } from './lib/compose.ts'
import { layOutByPrincipal } from './lib/flat-certificates.ts'
import { lockStack } from './lib/lock.ts'
import { requirePrograms } from './lib/prerequisites.ts'
import { converge, selectKinds, withContext } from './lib/reconcile.ts'
import { registry } from './lib/resources/registry.ts'
import { makeSecrets } from './lib/secrets.ts'
import { awaitRules } from './lib/seed-rules.ts'
import { up } from './lib/stack.ts'
import { requireGrafana } from './lib/tools.ts'

const program = new Command('up').description('Start the services that do not run, and wait until they are ready').addHelpText('after', '\nExample:\n  task up')

program.action(async () => {
  const env = loadEnvironment()
  await step('prerequisites', () => requirePrograms(['jdk', 'openssl']))
  whenInterrupted('the same command goes on from here; task down stops what was started')
  await lockStack(env)
  layOutByPrincipal(env)
  const certs = selectKinds(registry, ['certs'], env.profiles)
  await step('certificates', () => withContext((context) => converge(context, certs, true)))
  makeSecrets(env)
  await requireGrafana(env)
  await up(env, enabledServices(env))
  // a filter that has lost its state waits for the list
  if (env.profiles.includes('core')) await step('ban list', () => loadedBans(env))
})

async function loadedBans(env: Environment): Promise<void> {
  const bans = selectKinds(registry, ['bans'], env.profiles)
  await withContext((context) => converge(context, bans, true))
  await awaitRules(env)
}

await runMain(program)
