import { Command, Option } from 'commander'
import { ruleKey } from '../clients/ban-list.ts'
import { offer } from '../clients/completion.ts'
import { type Environment, loadEnvironment } from '../clients/environment.ts'
import { messageOf, UsageError } from '../clients/errors.ts'
import { plainJson } from '../clients/plain.ts'
import { reasonProblem, type RuleKind, ruleKinds, ruleProblem, seedKey } from '../clients/rules.ts'
import { loadStores, storesForSale } from '../clients/stores.ts'
import { counted, endsWithin, print, printJson, runMain, say, table, warn } from '../clients/terminal.ts'
import { type Preview, previewBan } from './lib/ban-preview.ts'
import { addBan, type Effect, inspectBans, listBans, removeBan, removeRecord } from './lib/bans.ts'
import { judge } from './lib/matcher.ts'

type Target = Partial<Record<RuleKind, string>> & { reason?: string; json?: true }

const program = new Command('banned').description('The list of products that may not be sold. It lives in the topic catalog.bans; the filter applies a change at once.')
  .addHelpText('after', '\nExamples:\n  task banned -- list\n  task banned -- add 10101 --reason "отозван производителем"\n  task banned -- remove 10101\n  task banned -- test data/products.json')

/** The list is read, a rule written, the filter's answers awaited: each has its own, shorter limit. */
const longestSeconds = 120

function onRules(name: string, description: string): Command {
  const command = endsWithin(longestSeconds, program.command(name)).description(description).argument('[product-id]', 'the product, unless an option says more')
  const targets = [['brand', 'a brand'], ['category', 'a category'], ['store', 'a store_id'], ['sku', 'a sku'], ['words', 'words that all stand in the name, in capitals or not, and in any inflected form; in double quotes in this form only']] as const
  for (const [kind, what] of targets) command.addOption(new Option(`--${kind} <${kind}>`, what))
  offer(command, '--store', () => storesForSale(loadStores(loadEnvironment())))
  return command.option('--json', 'the effect as JSON')
}

onRules('add', 'Ban products. Returns when the filter has retracted them.')
  .option('--reason <text>', 'why, for the audit', 'not stated')
  .addHelpText('after', '\nExamples:\n  task banned -- add 12345 --reason "отозван производителем"\n  task banned -- add --brand "Дымок"\n  task banned -- add --words "электронная сигарета"\n  task banned -- add --words \'"вейп"\'                    not «вейпы»')
  .action(async (id: string | undefined, options: Target) => {
    const { kind, value } = targetOf(id, options)
    const reason = options.reason ?? ''
    const problem = ruleProblem(kind, value) ?? reasonProblem(reason)
    if (problem) throw new UsageError('BAN_REFUSED', problem, 'task banned -- add --help')
    const env = loadEnvironment()
    const before = await preview(env, kind, value)
    report(await addBan(env, kind, value, reason), options, before)
  })

onRules('remove', 'Lift a ban. Returns when the filter has reinstated the products.')
  .option('--rule <name>', 'what `list` names so, be it in force or not')
  .addHelpText('after', '\nExamples:\n  task banned -- remove --brand "Дымок"\n  task banned -- remove --rule "id:11009 "')
  .action(async (id: string | undefined, options: Target & { rule?: string }) => {
    report(await removal(loadEnvironment(), id, options), options)
  })

endsWithin(longestSeconds, program.command('list'))
  .description('The rules in force: who, when, why, and how many products each holds back; then what stands in the list and is not in force')
  .option('--json', 'as JSON; what is not in force says why in `problem`')
  .addHelpText('after', '\nExamples:\n  task banned -- list\n  task banned -- list --json')
  .action(async ({ json }: { json?: true }) => {
    const { rules, refused } = await inspectBans(loadEnvironment())
    if (json) return printJson([...rules.map((rule) => ({ ...rule, inForce: true })), ...refused.map((record) => ({ ...record, inForce: false }))])
    const rows = rules.map(({ kind, value, hits, reason, by, at }) => [kind, value, String(hits), reason, by, at.slice(0, 16).replace('T', ' ')])
    if (rows.length > 0) print(table(['kind', 'value', 'hits', 'reason', 'by', 'since (UTC)'], rows))
    if (refused.length > 0) print(`\n${table(['not in force', 'because'], refused.map(({ rule, problem }) => [rule, problem]))}`)
    say(`${counted(rules.length, 'rule')} in force${refused.length > 0 ? `, ${counted(refused.length, 'record')} not: task banned -- remove --rule NAME` : ''}`)
  })

endsWithin(longestSeconds, program.command('test'))
  .description('Which products of a file the rules in force would hold back; nothing is sent')
  .argument('<file>', 'product file as `task shop -- send` takes it, - for standard input')
  .option('--json', 'as JSON lines')
  .addHelpText('after', '\nExample:\n  task banned -- test data/products.json')
  .action(async (file: string, { json }: { json?: true }) => {
    await testFile(loadEnvironment(), file, json === true)
  })

offer(program, 'remove --rule', () => ruleKinds.map((kind) => `${kind}:`))

/** Exactly one thing to ban: a product id or one of the options. */
function targetOf(id: string | undefined, options: Target): { kind: RuleKind; value: string } {
  const given = ruleKinds.flatMap((kind) => {
    const value = kind === 'id' ? id : options[kind]
    return value === undefined ? [] : [{ kind, value }]
  })
  const [target] = given
  if (!target || given.length > 1)
    throw new UsageError('BAN_TARGET', `expected one of PRODUCT_ID, ${ruleKinds.slice(1).map((kind) => `--${kind}`).join(', ')}, got ${given.length === 0 ? 'none' : given.map(({ kind }) => kind).join(' and ')}`, 'task banned -- add --help')
  return target
}

/** Lifts exactly what is named: an id that only looks like another, or is one but for a blank, is not taken for it. */
async function removal(env: Environment, id: string | undefined, { rule, ...options }: Target & { rule?: string }): Promise<Effect> {
  if (rule === undefined) {
    const { kind, value } = targetOf(id, options)
    const problem = ruleProblem(kind, value)
    if (problem) throw new UsageError('BAN_REFUSED', problem, 'task banned -- list shows what there is, task banned -- remove --rule NAME lifts it')
    return removeBan(env, kind, value)
  }
  if (id !== undefined || ruleKinds.some((kind) => kind !== 'id' && options[kind] !== undefined)) throw new UsageError('BAN_TARGET', 'expected --rule alone, got another target beside it', 'task banned -- remove --help')
  // without its mark the filter closes; loading the list writes it anew
  if (rule === seedKey) throw new UsageError('BAN_TARGET', `expected a rule, got the mark of the list`, 'task apply -- bans')
  return removeRecord(env, ruleKey(rule))
}

/** Says before a rule is written what it will hit. A ban waits for no catalogue that can't be asked. */
async function preview(env: Environment, kind: RuleKind, value: string): Promise<Preview | undefined> {
  const seen = await previewBan(env, kind, value).catch((error: unknown) => warn(`what this will hit could not be counted: ${messageOf(error)}`))
  if (!seen) return undefined
  const names = seen.names.map((name) => `«${oneLine(name)}»`).join(', ')
  say(`before: ${seen.matching} of ${counted(seen.onSale, 'product')} on sale ${seen.matching === 1 ? 'matches' : 'match'}${names ? `: ${names}${seen.matching > seen.names.length ? ' …' : ''}` : ''}`)
  for (const near of seen.near) say(`  near: ${kind === 'id' ? '' : `--${kind} `}${JSON.stringify(near.value)} (${counted(near.products, 'product')})`)
  return seen
}

const oneLine = (name: string) => name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 80)

function report(effect: Effect, { json }: Target, before?: Preview): void {
  if (json) return printJson(before ? { ...effect, before } : effect)
  print(effect.change === 'already so' ? `${effect.rule}: already so` : `${effect.rule}: ${effect.change}, ${counted(effect.retracted, 'product')} retracted, ${effect.reinstated} reinstated`)
  if (effect.alike) say(`${effect.alike} was in force already and looks the same: task banned -- list`)
}

async function testFile(env: Environment, file: string, json: boolean): Promise<void> {
  const rows: string[][] = []
  let products = 0
  for await (const verdict of judge(env, await listBans(env), file)) {
    products++
    const { line, product_id, name, rules = [], reason, detail } = verdict
    if (!reason && rules.length === 0) continue
    if (json) print(plainJson(verdict))
    else rows.push([String(line), product_id ?? '', name ?? '', reason ? `malformed: ${detail}` : rules.join(', ')])
  }
  if (rows.length > 0) print(table(['line', 'product', 'name', 'held back by'], rows))
  if (!json) say(`${rows.length} of ${products} products would be held back`)
}

await runMain(program)
