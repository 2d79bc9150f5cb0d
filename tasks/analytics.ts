import { writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { loadEnvironment } from '../clients/environment.ts'
import { whenInterrupted } from '../clients/interruption.ts'
import { print, printJson, runMain, say } from '../clients/terminal.ts'
import { compact, ingest, report } from './lib/lake.ts'
import { requireWritable } from './lib/output-file.ts'
import { evaluate, recommend } from './lib/recommendations.ts'
import { reportPage } from './lib/report-page.ts'
import { showReport } from './lib/report-text.ts'

const count = (text: string) => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1')
  return text
}
const on = (master?: string) => loadEnvironment(master ? { ...process.env, SPARK_MASTER: master } : process.env)
whenInterrupted('what was committed stays; the same command goes on from there')
const program = new Command('analytics').description('The data lake: jobs of Spark over what customers did.')
  .addHelpText('after', '\nExamples:\n  task analytics -- ingest && task analytics -- report\n  task analytics -- recommend && task recommend -- anna')
const job = (name: string, description: string) => program.command(name).description(description).option('--master <url>', "Spark's master (default: SPARK_MASTER)").option('--json', 'as JSON')

job('ingest', 'Bring what is new in the topics into the lake, each record exactly once.')
  .option('--follow [seconds]', 'go on, looking for more every so many seconds, until Ctrl-C', count)
  .option('--batch <records>', 'the most records that are committed at once', count, '500000')
  .addHelpText('after', '\nExamples:\n  task analytics -- ingest\n  task analytics -- ingest --follow 5')
  .action(async ({ master, json, follow, batch }: { master?: string; json?: true; follow?: string | true; batch: string }) => {
    const feeds = await ingest(on(master), { batch, ...(follow ? { follow: follow === true ? '10' : follow } : {}) })
    if (json) printJson(feeds)
    else print(feeds.map(({ feed, rows, quarantined, files }) => `${feed}: ${rows} rows added, ${quarantined} malformed records set aside, ${files} files`).join('\n'))
  })

job('compact', 'Make one file of the small ones of each day. What the lake holds stays the same.')
  .addHelpText('after', '\nExample:\n  task analytics -- compact')
  .action(async ({ master, json }: { master?: string; json?: true }) => {
    const feeds = await compact(on(master))
    if (json) printJson(feeds)
    else print(feeds.map(({ feed, before, after }) => `${feed}: ${before} files → ${after}`).join('\n'))
  })

job('report', 'Funnel by category and brand, trending products, revenue by day, searches without results.')
  .option('--html <file>', 'write one page with charts, too')
  .addHelpText('after', '\nExamples:\n  task analytics -- report\n  task analytics -- report --html report.html')
  .action(async ({ master, json, html }: { master?: string; json?: true; html?: string }) => {
    if (html) await requireWritable(html)
    const made = await report(on(master))
    if (html) {
      writeFileSync(html, reportPage(made, new Date()))
      say(`written: ${html}`)
    }
    if (json) printJson(made)
    else print(showReport(made))
  })

job('recommend', 'Choose a model on the latest days, learn from all days, send what it recommends to every user.')
  .addHelpText('after', '\nExample:\n  task analytics -- recommend && task recommend -- alice')
  .action(async ({ master, json }: { master?: string; json?: true }) => {
    const made = await recommend(on(master))
    if (json) printJson(made)
    else print(`${made.model} (${made.settings}): ${made.records} lists sent, ${made.retracted} of vanished users retracted`)
  })

job('evaluate', 'Measure all models on simulated markets and write docs/evaluation.md. Needs no running platform.')
  .option('--seeds <n>', 'how many markets', count, '5')
  .option('--users <n>', 'users of each', count, '2000')
  .option('--events <n>', 'events of each', count, '100000')
  .addHelpText('after', '\nExample:\n  task analytics -- evaluate')
  .action(async ({ master, json, ...market }: { master?: string; json?: true; seeds: string; users: string; events: string }) => {
    const made = await evaluate(on(master), market)
    if (json) printJson(made.values)
    else print(`${made.page}: ${made.studies} markets; the controls held`)
  })

await runMain(program)
