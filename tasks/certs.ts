import { Command } from 'commander'
import { offer } from '../clients/completion.ts'
import { loadEnvironment } from '../clients/environment.ts'
import { UsageError } from '../clients/errors.ts'
import { didYouMean } from '../clients/suggestion.ts'
import { out, print, printJson, runMain, say, table, warn } from '../clients/terminal.ts'
import { isRotating } from './lib/authorities.ts'
import { listCertificates, renewalDays, requireCertificates } from './lib/certificates.ts'
import { enabledServices } from './lib/compose.ts'
import { loadConfig } from './lib/config.ts'
import { lockStack } from './lib/lock.ts'
import { wantedCertificates } from './lib/resources/certs.ts'
import { rotateAuthorities, rotateLeaves } from './lib/rotation.ts'

const program = new Command('certs')
  .description('Certificates: days left; rotate replaces them while the platform works.')
  .addHelpText('after', '\nExamples:\n  task certs\n  task certs -- rotate shop-api\n  task certs -- rotate --all\n  task certs -- rotate --ca')

program
  .command('list', { isDefault: true })
  .description('every certificate with the days it has left')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExamples:\n  task certs\n  task certs -- list --json')
  .action(async ({ json }: { json?: true }) => {
    const env = loadEnvironment()
    const rows = await listCertificates(env, wantedCertificates(loadConfig(env)))
    if (json) return printJson(rows)
    const colour = (days: number) => (days < renewalDays ? out.red(String(days)) : String(days))
    print(table(['certificate', 'signed by', 'for', 'days left', 'until'], rows.map(({ name, signedBy, purpose, daysLeft, until }) => [name, signedBy, purpose, colour(daysLeft), until])))
    if (isRotating(env)) warn('the CAs are being replaced: task certs -- rotate --ca goes on')
  })

program
  .command('rotate')
  .description('new keys and certificates, taken by one service after the other')
  .argument('[principal...]', 'whose')
  .option('--all', "everybody's")
  .option('--ca', 'the CAs as well, after which every old certificate is refused')
  .option('--json', 'what was replaced, as JSON')
  .addHelpText('after', '\nExamples:\n  task certs -- rotate kafka-1 shop-api\n  task certs -- rotate --ca')
  .action(async (names: string[], { all, ca, json }: { all?: true; ca?: true; json?: true }) => {
    const env = loadEnvironment()
    const wanted = wantedCertificates(loadConfig(env))
    const known = wanted.map(({ name }) => name)
    for (const name of names) if (!known.includes(name)) throw new UsageError('UNKNOWN_PRINCIPAL', `expected one of ${known.join(', ')}, got ${name}${didYouMean(name, known)}`, 'task certs')
    if ([names.length > 0, all, ca].filter(Boolean).length !== 1) throw new UsageError('ROTATE_WHAT', 'expected names, --all or --ca, and one of these only', 'task certs -- rotate --help')
    requireCertificates(env)
    await lockStack(env)
    const services = enabledServices(env)
    const authorities = ca === true || isRotating(env)
    const chosen = wanted.filter(({ name }) => all || ca || names.includes(name))
    if (authorities) await rotateAuthorities(env, services, wanted)
    if (!ca) await rotateLeaves(env, services, chosen, wanted)
    if (json) printJson({ replaced: chosen.map(({ name }) => name), authorities })
    say(ca ? 'every certificate that was signed before is refused now' : 'old certificates stay valid until they expire: task certs -- rotate --ca makes them refused')
  })

offer(program, 'rotate principal', () => wantedCertificates(loadConfig(loadEnvironment())).map(({ name }) => name))

await runMain(program)
