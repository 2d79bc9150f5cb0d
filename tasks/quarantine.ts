import { relative } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { offer } from '../clients/completion.ts'
import { clusters, type Cluster, loadEnvironment } from '../clients/environment.ts'
import { whenInterrupted } from '../clients/interruption.ts'
import { counted, print, printJson, runMain, say, step } from '../clients/terminal.ts'
import { enabledServices } from './lib/compose.ts'
import { loadConfig } from './lib/config.ts'
import { lockStack } from './lib/lock.ts'
import { findPoison, keepAside, readersGoOn, takeOut } from './lib/quarantine.ts'

const number = (text: string) => {
  if (!/^\d{1,18}$/.test(text)) throw new InvalidArgumentError('expected a whole number')
  return text
}
const program = new Command('quarantine')
  .description(
    'Takes the batch that holds a record out of the logs of all replicas, one broker after the other, and keeps its bytes aside; ' +
      'all other records stay, and every reader goes on behind it.',
  )
  .argument('<topic>')
  .argument('<partition>', 'its number', number)
  .argument('<offset>', 'as the reader that can\'t go on names it', number)
  .addOption(new Option('--cluster <name>', 'whose topic').choices([...clusters]).default('primary'))
  .option('--json', 'what is lost, as JSON')
  .addHelpText('after', '\nExamples:\n  task quarantine -- shop.products 3 42\n  task quarantine -- client.events 0 1017 --cluster analytics')

type Options = { cluster: Cluster; json?: true }

offer(program, 'topic', () => Object.values(loadConfig(loadEnvironment()).clusters).flatMap(({ topics }) => topics.map(({ name }) => name)))
program.action(async (topic: string, partition: string, offset: string, { cluster, json }: Options) => {
  const env = loadEnvironment()
  whenInterrupted('the same command goes on from here')
  await lockStack(env)
  const services = enabledServices(env)
  const place = { cluster, topic, partition: Number(partition), offset: BigInt(offset) }
  const poison = await findPoison(env, services, place)
  const { file, lost } = await keepAside(env, poison)
  for (const replica of poison.replicas)
    await step(`out of the log of ${replica.service.name}`, (progress) => takeOut(env, replica, progress))
  await readersGoOn(env, services)
  const { records, codec, bytes, baseOffset, lastOffset } = poison.header
  const [from, to] = [String(baseOffset), String(lastOffset)]
  if (json) return printJson({ cluster, topic, partition: place.partition, from, to, records, codec, bytes, file, lost })
  say(`${relative(process.cwd(), file)} keeps the ${bytes} bytes of the batch (${codec})`)
  const unread = lost.length < records ? `, of which ${records - lost.length} can't be read here` : ''
  say(`lost: ${counted(records, 'record')} of ${topic}-${partition}, offsets ${from} to ${to}${unread}`)
  for (const record of lost) print(`${record.offset}\t${JSON.stringify(record.key)}\t${record.bytes}`)
})

await runMain(program)
