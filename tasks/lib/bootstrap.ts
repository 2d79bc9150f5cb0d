import { type Environment, rememberSettings } from '../../clients/environment.ts'
import { step } from '../../clients/terminal.ts'
import { enabledServices, loadServices } from './compose.ts'
import { layOutByPrincipal } from './flat-certificates.ts'
import { requirePrograms } from './prerequisites.ts'
import { type Change, converge, type Resource, selectKinds, withContext } from './reconcile.ts'
import { registry } from './resources/registry.ts'
import { makeSecrets } from './secrets.ts'
import { awaitRules } from './seed-rules.ts'
import { stopSwitchedOff, up } from './stack.ts'
import { requireGrafana } from './tools.ts'

/**
 * Brings the platform from whatever state it is in to what `config/` and `compose/` declare.
 *
 * @returns the changes made, none when all was already so
 */
export async function bootstrap(env: Environment): Promise<Change[]> {
  await step('prerequisites', () => requirePrograms(['jdk', 'openssl']))
  rememberSettings(env)
  layOutByPrincipal(env)
  const before = await step('certificates', () => reconcile(selectKinds(registry, ['certs'], env.profiles)))
  makeSecrets(env)
  await requireGrafana(env)
  await stopSwitchedOff(env, loadServices(env))
  await up(env, enabledServices(env))
  const after = await step('topics, ban list, access rules, schema, roles, connectors', () => reconcile(selectKinds(registry, [], env.profiles)))
  await step('product filter has its rules', () => awaitRules(env))
  return [...before, ...after]
}

async function reconcile(resources: Resource[]) {
  return (await withContext((context) => converge(context, resources))).made
}
