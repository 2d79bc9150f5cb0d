import { Command } from 'commander'
import { loadEnvironment } from '../clients/environment.ts'
import { whenInterrupted } from '../clients/interruption.ts'
import { err, print, runMain, say, step, warn } from '../clients/terminal.ts'
import { bootstrap } from './lib/bootstrap.ts'
import { canAlert, killBroker } from './lib/broker-down.ts'
import { lockStack } from './lib/lock.ts'
import * as story from './lib/story.ts'
import * as analytics from './lib/story-analytics.ts'

const program = new Command('demo')
  .description('Bootstrap if needed, then the whole story. Every step is verified against the real systems; a failed one fails the command.')
  .addHelpText('after', '\nExample:\n  task demo')

program.action(async () => {
  whenInterrupted('the same command goes on from here; task down stops what was started')
  const env = loadEnvironment()
  await lockStack(env)
  say(err.bold('The platform'))
  await step('bootstrap', () => bootstrap(env))
  say(err.bold('\nThe story'))
  const scene = await step('the shops have products, the moderators have rules', () => story.setScene(env))
  await step('products are sent', () => story.productsAreSent(env, scene))
  await step('banned ones are held back', () => story.bannedAreHeldBack(env, scene))
  await step('malformed records go to the dead-letter topic', () => story.malformedAreSetAside(env))
  await step('search finds allowed products', () => story.searchFinds(env, scene))
  await story.withBanLifted(env, scene.product.id, async () => {
    await step(`banned add ${scene.product.id} retracts a listed product`, () => story.banRetracts(env, scene))
    await step(`banned remove ${scene.product.id} brings it back`, () => story.unbanReinstates(env, scene))
  })
  await step('the debug file holds exactly the allowed products', () => story.fileHoldsAllowed(env))
  await step('an outsider is refused', () => story.outsiderIsRefused(env))
  if (env.profiles.includes('analytics')) {
    await step('customers come', () => analytics.customersCome(env))
    await step('their events are mirrored to the analytics cluster', () => analytics.eventsAreMirrored(env))
    await step('the events are in the lake', () => analytics.eventsAreInTheLake(env))
    const served = await step('products are recommended', () => analytics.recommendationsAreServed(env))
    say(`  ${served.shown}`)
    await step('a product banned now is not recommended', () => analytics.bannedIsNotRecommended(env, served))
  } else warn('no analytics here: COMPOSE_PROFILES leaves them out')
  if (canAlert(env))
    await step('a broker is killed: the alert comes, producing goes on, the alert goes', async (progress) => {
      const { broker, alertedMs, sent, resolvedMs } = await killBroker(env, 'kafka-3', progress)
      return `${broker}: alert after ${(alertedMs / 1000).toFixed(1)} s, ${sent} products acknowledged meanwhile, resolved ${(resolvedMs / 1000).toFixed(1)} s after its return`
    })
  else warn('no alerts here, so no broker is killed: task status says what is missing')
  print(story.whatNext(env))
})

await runMain(program)
