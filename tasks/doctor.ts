import { Command } from 'commander'
import { asCalled } from '../clients/caller.ts'
import { loadEnvironment } from '../clients/environment.ts'
import { counted, endsWithin, out, print, printJson, runMain, say, step } from '../clients/terminal.ts'
import { enabledServices } from './lib/compose.ts'
import { loadConfig } from './lib/config.ts'
import { examine } from './lib/doctor/examine.ts'
import type { Finding } from './lib/doctor/finding.ts'

const program = endsWithin(90, new Command('doctor'))
  .description('What is down, wrong, slow or about to be, since when and why, each with the command that mends it. Exit code 4 when something is.')
  .option('--json', 'as JSON')
  .addHelpText('after', '\nExamples:\n  task doctor\n  task doctor -- --json')

program.action(async ({ json }: { json?: true }) => {
  const env = loadEnvironment()
  const patient = { env, config: loadConfig(env), services: enabledServices(env).filter(({ probe }) => probe) }
  const { findings, leftOut } = await step('examination', (progress) => examine(patient, progress))
  if (json) printJson({ findings, leftOut })
  else if (findings.length > 0) print(asCalled(findings.map(shown).join('\n')))
  if (leftOut.length > 0) say(`not looked at, for what they need does not answer: ${leftOut.join(', ')}`)
  say(findings.length === 0 ? 'nothing is wrong' : counted(findings.length, 'finding'))
  if (findings.some(({ kind }) => kind !== 'soon')) process.exitCode = 4
})

const colours = { down: out.red, wrong: out.red, slow: out.yellow, soon: out.yellow }

function shown({ kind, what, since, why, mend }: Finding): string {
  const more = [since && `since ${since.slice(0, 19).replace('T', ' ')} UTC`, why].filter(Boolean)
  return [`${colours[kind](kind.padEnd(5))} ${what}`, ...more.map((line) => `      ${line}`), `      → ${mend}`].join('\n')
}

await runMain(program)
