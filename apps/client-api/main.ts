import { Command, InvalidArgumentError } from 'commander'
import { endsWithin, runMain } from '../../clients/terminal.ts'
import { buyCommand, cartCommand, reviewCommand, viewCommand } from './event-commands.ts'
import { ownCurrency } from './find.ts'
import { recommendCommand } from './recommend-command.ts'
import { relevanceCommand } from './relevance-command.ts'
import { searchCommand } from './search-command.ts'
import { simulateCommand } from './simulate-command.ts'
import { wordsOf } from '../../clients/text.ts'

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`)
    return value
  }
}

function money(text: string): number {
  const value = Number(text.replace(',', '.'))
  if (!/^\d+([.,]\d+)?$/.test(text) || !Number.isFinite(value))
    throw new InvalidArgumentError('Expected a price such as 2500 or 449.99.')
  return value
}

function currencyCode(text: string): string {
  if (!/^[A-Za-z]{3}$/.test(text)) throw new InvalidArgumentError('Expected a currency of three Latin letters such as USD.')
  return text.toUpperCase()
}

function instant(text: string): Date {
  const date = new Date(text)
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('Expected an instant such as 2026-03-01T00:00:00Z.')
  return date
}

function named(text: string): string {
  if (wordsOf(text).length === 0) throw new InvalidArgumentError('Expected a name, with letters or digits.')
  return text
}

const program = new Command('client').description(
  'What a customer does: search products; view, put into the cart, buy and review them.',
).addHelpText(
  'after',
  `
Examples:
  task search -- беспроводные наушники
  task client -- view 10501
  task client -- cart 10501 --user anna
  task client -- buy 10501 --quantity 2 --user anna
  task client -- review 10501 --rating 5 --text "Закипает быстро" --user anna`,
)

// PostgreSQL has 7 s, then Kafka 2 s: a command that a customer waits for ends by then
const longestSeconds = 10

// every command takes --user and --json, and shows its own examples
function command(usage: string, description: string, examples: string): Command {
  return endsWithin(longestSeconds, program.command(usage))
    .description(description)
    .option('--user <id>', 'who does it', 'guest')
    .option('--json', 'JSON on stdout')
    .addHelpText('after', `\nExamples:\n${examples}`)
}

command(
  'search [words...]',
  'search by name, brand, tags and description, or by id or sku',
  `  task search -- беспроводные наушники
  task search -- чайник --max-price 3000 --in-stock
  task search -- yfeiybrb --json        the wrong keyboard layout is understood`,
)
  .option('--category <text>', 'only categories with this text in their name', named)
  .option('--brand <name>', 'only this brand', named)
  .option('--max-price <amount>', `only products up to this price, in ${ownCurrency} unless --currency names another`, money)
  .option('--currency <code>', 'only products whose price is in this currency', currencyCode)
  .option('--in-stock', 'only products in stock')
  .option('--limit <n>', 'most products to show', whole(1, 1000), 10)
  .action(searchCommand)

command('view <product-id>', 'show a product', '  task client -- view 10501 --user anna').action(viewCommand)
command('cart <product-id>', 'record that a product was put into the cart; nothing is reserved', '  task client -- cart 10501 --user anna').action(
  cartCommand,
)
command('buy <product-id>', 'record a purchase; stock is what the shop says, nothing is reserved', '  task client -- buy 10501 --quantity 2 --user anna')
  .option('--quantity <n>', 'how many', whole(1, 1_000_000), 1)
  .action(buyCommand)
command(
  'review <product-id>',
  'review a product',
  '  task client -- review 10501 --rating 5 --text "Закипает быстро" --user anna',
)
  .requiredOption('--rating <n>', '1 to 5', whole(1, 5))
  .option('--text <words>', 'what you think')
  .action(reviewCommand)

endsWithin(longestSeconds, program.command('recommend <user>'))
  .description('show what is recommended to a user; to one nobody knows, what is popular now')
  .option('--limit <n>', 'most products to show', whole(1, 1000), 10)
  .option('--unrecorded', 'look without an event that says that the user asked')
  .option('--json', 'JSON on stdout')
  .addHelpText('after', '\nExamples:\n  task recommend -- anna\n  task recommend -- sim1-0042 --limit 5 --json')
  .action(recommendCommand)

program
  .command('simulate')
  .description('simulate users: their searches, views, carts, purchases and reviews go to client.events')
  .option('--users <n>', 'how many users there are; some come once, some never', whole(1, 10_000_000), 1_000)
  .option('--events <n>', 'how many events they cause', whole(1, 1_000_000_000), 100_000)
  .option('--seed <n>', 'another seed, other users and tastes', whole(0, 2 ** 31 - 1), 1)
  .option('--days <n>', 'over how many days', whole(1, 3_650), 60)
  .option('--until <time>', 'when the period ends', instant, new Date())
  .option('--products <file>', 'products of a file instead of those on sale; needs no platform with --file')
  .option('--file <file>', 'write JSON lines instead of sending')
  .option('--truth <file>', 'write what every user really likes, as JSON')
  .option('--malformed <n>', 'send so many records more that are no events', whole(0, 1_000_000), 0)
  .option('--json', 'JSON on stdout')
  .addHelpText(
    'after',
    `
Equal options (with --until) over equal products give equal events, byte for byte, with equal ids.

Examples:
  task simulate -- --users 2000 --events 100000 --seed 7
  task simulate -- --products data/products.json --file events.jsonl --truth truth.json --until 2026-03-01T00:00:00Z`,
  )
  .action(simulateCommand)

program
  .command('relevance')
  .description('measure the search on the judged queries of data/search-relevance.json')
  .option('--json', 'JSON on stdout')
  .addHelpText('after', '\nExamples:\n  task client -- relevance')
  .action(relevanceCommand)

await runMain(program)
