import { Command } from 'commander'
import { offer } from '../clients/completion.ts'
import { loadEnvironment } from '../clients/environment.ts'
import { UsageError } from '../clients/errors.ts'
import { identifierExpected, isIdentifier, quoted } from '../clients/identifier.ts'
import { isReserved, reserved } from '../clients/product.ts'
import { reasonProblem } from '../clients/rules.ts'
import { loadStores, sendingAs, storesForSale } from '../clients/stores.ts'
import { endsWithin, print, printJson, runMain } from '../clients/terminal.ts'
import { transferProduct } from './lib/transfer.ts'

const program = new Command('transfer')

/** It is written, and the filter's answer awaited: each has its own, shorter limit. */
const longestSeconds = 60

endsWithin(longestSeconds, program)
  .description('Gives a product to another store. Returns when the filter holds the stores to it.')
  .argument('<product-id>', 'the product, listed or not')
  .argument('<store>', 'a store of config/stores.yaml')
  .option('--reason <text>', 'why', 'not stated')
  .option('--json', 'as JSON {product_id, from, to, change}')
  .addHelpText(
    'after',
    `
A product id belongs to the store that listed it first, also when that store has withdrawn the product. What is listed stays
so until the new store sends it, or withdraws it; the old one can do neither any more. Both are named to the letter.

Examples:
  task transfer -- 10101 store_002 --reason "магазины объединились"
  task transfer -- 10101 store_001`,
  )
  .action(async (id: string, store: string, { reason, json }: { reason: string; json?: true }) => {
    const problem = isIdentifier(id) ? isReserved(id) && reserved(id).detail : `expected ${identifierExpected}, got ${quoted(id.slice(0, 60))}`
    if (problem) throw new UsageError('BAD_PRODUCT_ID', problem, 'task search -- чайник   shows ids in the last column')
    const unfit = reasonProblem(reason)
    if (unfit) throw new UsageError('TRANSFER_REFUSED', unfit, 'task transfer -- --help')
    const env = loadEnvironment()
    sendingAs(loadStores(env), store)
    const effect = await transferProduct(env, id, store, reason)
    if (json) printJson(effect)
    else if (effect.from === store) print(`${id}: already so, it belongs to ${store}`)
    else print(`${id}: belongs to ${store} now, ${effect.from === null ? 'nobody had listed it' : `and no longer to ${effect.from}`}`)
  })

offer(program, 'store', () => storesForSale(loadStores(loadEnvironment())))
await runMain(program)
