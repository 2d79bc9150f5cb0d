import { Command } from 'commander'
import { offer } from '../clients/completion.ts'
import { loadEnvironment } from '../clients/environment.ts'
import { counted, print, printJson, runMain, say, step } from '../clients/terminal.ts'
import { layOutByPrincipal } from './lib/flat-certificates.ts'
import { lockStack } from './lib/lock.ts'
import { converge, selectKinds, withContext } from './lib/reconcile.ts'
import { registry } from './lib/resources/registry.ts'
import { showChanges, summarise } from './lib/show.ts'

const program = new Command('apply')
  .description('Make the live platform what config/ says.')
  .argument('[kind...]', `which kinds: ${registry.map(({ kind }) => kind).join(', ')} (default: all)`)
  .option('--prune', 'also remove what we own and no longer declare')
  .option('--json', 'the changes made, as JSON')
  .addHelpText('after', '\nExamples:\n  task apply\n  task apply -- topics --prune')

offer(program, 'kind', () => registry.map(({ kind }) => kind))
program.action(async (kinds: string[], { prune, json }: { prune?: true; json?: true }) => {
  const env = loadEnvironment()
  const resources = selectKinds(registry, kinds, env.profiles)
  await lockStack(env)
  layOutByPrincipal(env)
  await withContext(async (context) => {
    const { found, made } = await step('apply', () => converge(context, resources, prune))
    if (json) printJson(made)
    else print([...(made.length > 0 ? [showChanges(made)] : []), summarise(made)].join('\n'))
    const kept = found.length - made.length
    if (kept > 0) say(`${counted(kept, 'removal')} left out: task apply -- --prune`)
  })
})

await runMain(program)
