import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Argument, Command, InvalidArgumentError } from 'commander'
import { offer } from '../clients/completion.ts'
import { loadEnvironment } from '../clients/environment.ts'
import { putBack } from '../clients/interruption.ts'
import { didYouMean } from '../clients/suggestion.ts'
import { wholeEnvironment } from '../clients/surroundings.ts'
import { runMain } from '../clients/terminal.ts'
import { cleanStack } from './lib/clean.ts'
import { runTests, sweepTests } from './lib/test-run.ts'

/** What may stand in a path stands in this one, so that each test of the part core proves it. */
const stacks = { core: '.stack/тест + 100% #1 & co', rotation: '.stack/test', analytics: '.stack/test', whole: '.stack/test' }
const profiles = { core: 'core', rotation: 'core,analytics,monitoring', analytics: 'core,analytics', whole: 'core,analytics,monitoring' }
type PlatformPart = keyof typeof profiles
const platformParts = Object.keys(profiles) as PlatformPart[]

const { root } = loadEnvironment({})
const bin = (name: string) => join(root, 'node_modules', '.bin', name)
const filesOf = (folder: string) => readdirSync(join(root, folder)).filter((name) => name.endsWith('.test.ts')).map((name) => join(folder, name))
const node = (...args: string[]) => [process.execPath, '--import', 'tsx', '--test', '--test-reporter=spec', ...args]

const parts: Record<string, () => Promise<void>> = {
  types: () => runTests(root, 'type', [[bin('tsc'), '-p', '.'], [bin('tsc'), '-p', 'apps/dashboard/page'], [bin('oxlint'), '--deny-warnings', 'tasks', 'apps', 'clients', 'tests'], [bin('knip')]]),
  unit: () => runTests(root, 'unit', [node('--test-force-exit', ...filesOf('tests/unit'))]),
  java: () => runTests(root, 'Java', [[process.execPath, join(root, '.stack/build/dist/tasks/jars.js'), '--test']], { environment: wholeEnvironment() }),
  ...Object.fromEntries(platformParts.map((part) => [part, () => onStack(part)])),
}

/** A stack of their own, so that a running one is not disturbed; it is deleted before and after, whatever happens. */
async function onStack(part: PlatformPart): Promise<void> {
  const environment = { VYGODNO_STACK: stacks[part], VYGODNO_HOST: process.env.TEST_HOST || '127.0.0.2', COMPOSE_PROFILES: profiles[part] }
  const env = loadEnvironment({ ...process.env, ...environment })
  const clean = async () => void (await cleanStack(env))
  await clean()
  try {
    await runTests(root, part, [node('--test-concurrency=1', '--test-force-exit', ...filesOf(`tests/platform/${part}`))], { environment, atEnd: clean })
  } finally {
    await putBack('the stack of the tests is deleted', 'task test:part deletes it before it begins', clean)
  }
}

const known = (value: string, chosen: string[] = []) => {
  const part = value.replace(/^PART=/, '')
  if (!Object.hasOwn(parts, part)) throw new InvalidArgumentError(`expected one of ${Object.keys(parts).join(', ')}${didYouMean(part, Object.keys(parts))}`)
  return [...chosen, part]
}

const program = new Command('test')
  .description('Run tests. Those of the platform run on a stack of their own, so that a running one is not disturbed.')
  .addArgument(new Argument('<part...>', `which: ${Object.keys(parts).join(', ')}`).argParser(known))
  .addHelpText('after', '\nExamples:\n  task test\n  task test:unit\n  task test:part PART=core')
  .action(async (chosen: string[]) => {
    await sweepTests(root)
    for (const part of chosen) await parts[part]?.()
  })

offer(program, 'part', () => Object.keys(parts).map((part) => `PART=${part}`))
await runMain(program)
