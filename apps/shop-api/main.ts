import { Command, InvalidArgumentError } from 'commander'
import { offer } from '../../clients/completion.ts'
import { loadEnvironment } from '../../clients/environment.ts'
import { loadStores, storesForSale } from '../../clients/stores.ts'
import { runMain } from '../../clients/terminal.ts'
import { send, withdraw } from './commands.ts'

const program = new Command('shop').description('SHOP API: sends the products of a shop to the platform')
  .addHelpText('after', '\nExamples:\n  task shop -- send data/products.json\n  task shop -- send garden.jsonl --store store_003 --watch\n  task shop -- withdraw 10101')

program
  .command('send')
  .description('Send the products of a file, of any size: a JSON array, {"products": [...]} or JSON lines, in UTF-8')
  .argument('[file]', 'product file, - for standard input (default: data/products.json)')
  .option('--store <id>', 'send as this store of config/stores.yaml, by its identity (default: all stores of the common intake)')
  .option('--watch', 'go on watching the file; send what is new or changed', false)
  .option('--rate <n>', 'products per second, evenly spaced', positive)
  .option('--skip-bad', 'go on after bad records; they are listed, the exit code is 0', false)
  .option('--unchecked', 'send bad records as they are, to see the dead-letter topic at work', false)
  .option('--json', 'print {sent, skipped, seconds, perSecond} as JSON', false)
  .addHelpText(
    'after',
    `
Every product is checked, and sent under its product_id as it stands in the file, but on one line; of equal ids in one
file the later counts. At a bad record sending stops (exit code 2): what stands before it has been sent, the rest of the file is only
checked, so that every bad record is reported as FILE:LINE: reason. Sending the same again does no harm.

--watch remembers a hash of every product it has sent. A product that disappears from the file, or a file that
disappears or is half-written, withdraws nothing; see shop withdraw. Bad records are reported, and tried again when the
file changes.

A product of another store, or of none that is declared, is a bad record: foreign-product. What passes here the product
filter looks at again: a product id belongs to the store that listed it first.

--unchecked keys a record without a product_id by FILE:LINE.

Examples:
  task shop -- send
  task shop -- send 'мои товары.jsonl' --skip-bad
  task shop -- send garden.jsonl --store store_003
  task shop -- send data/products.json --watch --rate 200
  task shop -- send data/products-malformed.jsonl --unchecked`,
  )
  .action(send)

program
  .command('withdraw')
  .description('Withdraw products: they disappear from search until they are sent again')
  .argument('<ids...>', 'product ids')
  .option('--store <id>', "as this store: another store's product goes to the dead letters, and stays")
  .option('--json', 'print {sent, skipped, seconds, perSecond} as JSON', false)
  .addHelpText('after', '\nExample:\n  task shop -- withdraw 10101 10102\n  task shop -- withdraw 10330 --store store_003\n\nThe id stays the store\'s: no other can list it, unless task transfer gives it away.')
  .action(withdraw)

for (const name of ['send', 'withdraw']) offer(program, `${name} --store`, () => storesForSale(loadStores(loadEnvironment())))

function positive(text: string): number {
  const value = Number(text)
  if (value > 0 && value <= 1_000_000) return value
  throw new InvalidArgumentError('Expected a number over 0, at most 1000000.')
}

await runMain(program)
