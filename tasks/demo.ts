import { Command } from 'commander'
import { asCalled } from '../clients/caller.ts'
import { loadEnvironment } from '../clients/environment.ts'
import { whenInterrupted } from '../clients/interruption.ts'
import { err, print, printJson, runMain, say, step, warn } from '../clients/terminal.ts'
import { bootstrap } from './lib/bootstrap.ts'
import { canAlert, killBroker } from './lib/broker-down.ts'
import { lockStack } from './lib/lock.ts'
import { summarise } from './lib/show.ts'
import * as story from './lib/story.ts'
import * as analytics from './lib/story-analytics.ts'

const program = new Command('demo')
  .description('Bootstrap if needed, then the whole story. Every step is verified against the real systems; a failed one fails the command.')
  .option('--json', 'each step with what came out, as JSON')
  .addHelpText('after', '\nExamples:\n  task demo\n  task demo -- --json --quiet')

/** What was told, for --json. */
const told: { step: string; detail: string; seconds: number }[] = []

async function tell<T>(name: string, work: (progress: (text: string) => void) => Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await step(name, work)
  told.push({ step: name, detail: typeof result === 'string' ? result : '', seconds: Number(((performance.now() - started) / 1000).toFixed(1)) })
  return result
}

program.action(async ({ json }: { json?: true }) => {
  whenInterrupted('the same command goes on from here; task down stops what was started')
  const env = loadEnvironment()
  await lockStack(env)
  say(err.bold('The platform'))
  await tell('bootstrap', async () => summarise(await bootstrap(env)))
  say(err.bold('\nThe story'))
  const scene = await tell('the shops have products, the moderators have rules', () => story.setScene(env))
  await tell('products are sent', () => story.productsAreSent(env, scene))
  await tell('banned ones are held back', () => story.bannedAreHeldBack(env, scene))
  await tell('malformed records go to the dead-letter topic', () => story.malformedAreSetAside(env))
  await tell('search finds allowed products', () => story.searchFinds(env, scene))
  await story.withBanLifted(env, scene.product.id, async () => {
    await tell(`banned add ${scene.product.id} retracts a listed product`, () => story.banRetracts(env, scene))
    await tell(`banned remove ${scene.product.id} brings it back`, () => story.unbanReinstates(env, scene))
  })
  await tell('the debug file holds exactly the allowed products', () => story.fileHoldsAllowed(env))
  await tell('an outsider is refused', () => story.outsiderIsRefused(env))
  if (env.profiles.includes('analytics')) {
    await tell('customers come', () => analytics.customersCome(env))
    await tell('their events are mirrored to the analytics cluster', () => analytics.eventsAreMirrored(env))
    await tell('the events are in the lake', () => analytics.eventsAreInTheLake(env))
    const served = await tell('products are recommended', () => analytics.recommendationsAreServed(env))
    say(`  ${served.shown}`)
    await tell('a product banned now is not recommended', () => analytics.bannedIsNotRecommended(env, served))
  } else warn('no analytics here: COMPOSE_PROFILES leaves them out')
  if (canAlert(env))
    await tell('a broker is killed: the alert comes, producing goes on, the alert goes', async (progress) => {
      const { broker, alertedMs, sent, resolvedMs } = await killBroker(env, 'kafka-3', progress)
      return `${broker}: alert after ${(alertedMs / 1000).toFixed(1)} s, ${sent} products acknowledged meanwhile, resolved ${(resolvedMs / 1000).toFixed(1)} s after its return`
    })
  else warn('no alerts here, so no broker is killed: task status says what is missing')
  if (json) printJson(told)
  else print(asCalled(story.whatNext(env)))
})

await runMain(program)
