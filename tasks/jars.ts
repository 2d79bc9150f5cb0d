import { Command } from 'commander'
import { $ } from 'zx'
import { loadEnvironment } from '../clients/environment.ts'
import { InfraError } from '../clients/errors.ts'
import { runMain, step } from '../clients/terminal.ts'
import { requirePrograms } from './lib/prerequisites.ts'

const program = new Command('jars').description('Resolve and build every jar the platform runs, by Maven')

program.action(async () => {
  const env = loadEnvironment()
  await requirePrograms(['java', 'mvn'])
  await step('jars (Maven)', async () => {
    const result = await $({ cwd: env.root, nothrow: true, quiet: true })`mvn -B -q -ntp -f apps/pom.xml clean package -DskipTests`
    if (result.exitCode !== 0) throw new InfraError('MAVEN_FAILED', `expected Maven to build apps/, it ended with exit code ${result.exitCode}\n${result.stdout.trim().split('\n').slice(-15).join('\n')}`, 'mvn -f apps/pom.xml package -DskipTests')
  })
})

await runMain(program)
