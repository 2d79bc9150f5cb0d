import { writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { loadEnvironment } from '../clients/environment.ts'
import { print, printJson, runMain, say } from '../clients/terminal.ts'
import { compact, ingest, report } from './lib/lake.ts'
import { reportPage } from './lib/report-page.ts'
import { showReport } from './lib/report-text.ts'

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

job('compact', 'Make one file of the small ones of each day. What the lake holds stays the same.')
  .addHelpText('after', '\nExample:\n  task analytics -- compact')
  .action(async ({ master, json }: { master: string; json?: true }) => {
    const feeds = await compact(loadEnvironment(), master)
    if (json) printJson(feeds)
    else print(feeds.map(({ feed, before, after }) => `${feed}: ${before} files → ${after}`).join('\n'))
  })

job('report', 'Funnel by category and brand, trending products, revenue by day, searches without results.')
  .option('--html <file>', 'write one page with charts, too')
  .addHelpText('after', '\nExamples:\n  task analytics -- report\n  task analytics -- report --html report.html')
  .action(async ({ master, json, html }: { master: string; json?: true; html?: string }) => {
    const made = await report(loadEnvironment(), master)
    if (html) {
      writeFileSync(html, reportPage(made, new Date()))
      say(`written: ${html}`)
    }
    if (json) printJson(made)
    else print(showReport(made))
  })

await runMain(program)
