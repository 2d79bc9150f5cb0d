import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { $ } from 'zx'
import { type Environment, loadEnvironment } from '../clients/environment.ts'
import { InfraError } from '../clients/errors.ts'
import { checkpoint, interruption } from '../clients/interruption.ts'
import { wholeEnvironment } from '../clients/surroundings.ts'
import { runMain, step } from '../clients/terminal.ts'
import { jdkVariables } from './lib/jdk.ts'
import { requireMachine } from './lib/limits/table.ts'
import { lockStack } from './lib/lock.ts'
import { requirePrograms } from './lib/prerequisites.ts'

const program = new Command('jars')
  .description('Resolve and build every jar the platform runs, by Maven')
  .option('--test', 'run the tests of the Java programs instead')

/** All artifacts are downloaded over a slow line. */
const buildMs = 1_800_000

const builtMs = (env: Environment) => statSync(join(env.build, 'jars', 'product-filter'), { throwIfNoEntry: false })?.mtimeMs ?? 0

program.action(async ({ test }: { test?: true }) => {
  const env = loadEnvironment()
  // what the platform needs besides is said before minutes of building
  await requirePrograms(['jdk', 'mvn', 'openssl'])
  await lockStack({ ...env, stack: env.build }, buildMs)
  // running services may have begun to load classes from what another command has just built
  if (!test && builtMs(env) > performance.timeOrigin) return
  await requireMachine(env, [])
  const goals = test ? ['verify'] : ['clean', 'package', '-DskipTests']
  await step(test ? 'tests of the Java programs (Maven)' : 'jars (Maven)', async () => {
    const result = await $({ cwd: env.root, env: wholeEnvironment({ ...jdkVariables(), LC_ALL: 'C.UTF-8' }), nothrow: true, quiet: true, signal: interruption() })`mvn -B -q -ntp -f apps/pom.xml ${goals}`
    checkpoint()
    if (result.exitCode !== 0) throw new InfraError('MAVEN_FAILED', `expected Maven to build apps/, it ended with exit code ${result.exitCode}\n${result.stdout.trim().split('\n').slice(test ? -60 : -15).join('\n')}`, `JAVA_HOME=${jdkVariables().JAVA_HOME} mvn -f apps/pom.xml ${goals.join(' ')}`)
  })
})

await runMain(program)
