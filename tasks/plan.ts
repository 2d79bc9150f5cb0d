import { Command } from 'commander'
import { offer } from '../clients/completion.ts'
import { loadEnvironment } from '../clients/environment.ts'
import { endsWithin, print, printJson, runMain, say } from '../clients/terminal.ts'
import { type Change, inParts, plan, selectKinds, withContext, withoutRemovals } from './lib/reconcile.ts'
import { registry } from './lib/resources/registry.ts'
import { showChanges, summarise } from './lib/show.ts'

const program = endsWithin(90, new Command('plan'))
  .description('Show what differs between config/ and the live platform. Changes nothing.')
  .argument('[kind...]', `which kinds: ${registry.map(({ kind }) => kind).join(', ')} (default: all)`)
  .option('--exit-code', 'end with exit code 5 when something differs, for scripts')
  .option('--json', 'changes as JSON')
  .addHelpText('after', '\nExamples:\n  task plan\n  task plan -- topics acls --json\n  task plan -- --exit-code --quiet || task apply')

offer(program, 'kind', () => registry.map(({ kind }) => kind))
program.action(async (kinds: string[], { exitCode, json }: { exitCode?: true; json?: true }) => {
  const resources = selectKinds(registry, kinds, loadEnvironment().profiles)
  const changes: Change[] = []
  await withContext(async (context) => {
    for (const part of inParts(resources)) changes.push(...(await plan(context, part, changes)))
  }).catch((error: unknown) => {
    // what is known already says why the rest could not be asked
    if (changes.length > 0 && !json) print(showChanges(changes))
    throw error
  })
  if (exitCode && changes.length > 0) process.exitCode = 5
  if (json) return printJson(changes)
  if (changes.length > 0) print(showChanges(changes))
  print(summarise(changes))
  const kept = changes.length - withoutRemovals(changes).length
  if (kept > 0) say(`${kept} of them need task apply -- --prune, the others task apply`)
  else if (changes.length > 0) say('task apply carries them out')
})

await runMain(program)
