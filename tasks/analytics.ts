import { Command, InvalidArgumentError } from 'commander'
import { loadEnvironment } from '../clients/environment.ts'
import { print, printJson, runMain } from '../clients/terminal.ts'
import { ingest } from './lib/lake.ts'

const count = (text: string) => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1')
  return text
}
const program = new Command('analytics').description('The data lake: jobs of Spark over what customers did.')
const job = (name: string, description: string) => program.command(name).description(description).option('--master <url>', "Spark's master", 'local[2]').option('--json', 'as JSON')

job('ingest', 'Bring what is new in the topics into the lake, each record exactly once.')
  .option('--follow [seconds]', 'go on, looking for more every so many seconds, until Ctrl-C', count)
  .option('--batch <records>', 'the most records that are committed at once', count, '500000')
  .addHelpText('after', '\nExamples:\n  task analytics -- ingest\n  task analytics -- ingest --follow 5')
  .action(async ({ master, json, follow, batch }: { master: string; json?: true; follow?: string | true; batch: string }) => {
    const feeds = await ingest(loadEnvironment(), master, { batch, ...(follow ? { follow: follow === true ? '10' : follow } : {}) })
    if (json) printJson(feeds)
    else print(feeds.map(({ feed, rows, quarantined, files }) => `${feed}: ${rows} rows added, ${quarantined} malformed records set aside, ${files} files`).join('\n'))
  })

await runMain(program)
