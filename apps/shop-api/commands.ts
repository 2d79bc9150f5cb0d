import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadEnvironment, type Environment } from '../../clients/environment.ts'
import { UsageError, VygodnoError } from '../../clients/errors.ts'
import { interruptedCode, interruptedError, interruption, whenInterrupted } from '../../clients/interruption.ts'
import { identifierExpected, isIdentifier, quoted } from '../../clients/identifier.ts'
import { plainLine } from '../../clients/plain.ts'
import { isStandardInput } from '../../clients/product-file/source.ts'
import { isReserved, reserved } from '../../clients/product.ts'
import { withSender } from '../../clients/sender.ts'
import { loadStores, type Sending, sendingAs } from '../../clients/stores.ts'
import { counted, print, printJson, say, warn } from '../../clients/terminal.ts'
import { Known } from './known.ts'
import { routeOf, sendFile, summaryOf, type SendOptions, type Summary } from './transfer.ts'
import { watchFile } from './watch.ts'

const RETRY_MS = 5_000

type Options = SendOptions & { watch: boolean; json: boolean }

/** `shop send`: sends a file, once or whenever it changes. */
export async function send(given: string | undefined, { store, ...chosen }: Omit<Options, 'as'> & { store?: string }): Promise<void> {
  const env = loadEnvironment()
  const options = { ...chosen, as: sendingAs(loadStores(env), store) }
  const file = given ?? relative(process.cwd(), join(env.root, 'data', 'products.json'))
  if (options.watch && isStandardInput(file))
    throw new UsageError('NOT_WATCHABLE', 'expected a file to watch, got standard input', 'the same command without --watch')
  whenInterrupted('the same command sends all from the beginning, which does no harm')
  const run = options.watch ? watch : sendOnce
  sayAs(options.as)
  const sent = await run(env, file, options, interruption())
  if (interruptedCode() !== undefined) throw interruptedError(`${sent} sent and acknowledged`)
}

async function sendOnce(env: Environment, file: string, options: Options, signal: AbortSignal): Promise<number> {
  const { summary, problem } = await sendFile(env, file, options, signal)
  show(summary, options.json)
  if (problem) throw problem
  return summary.sent
}

async function watch(env: Environment, file: string, options: Options, signal: AbortSignal): Promise<number> {
  const known = new Known()
  let [sent, passes] = [0, 0]
  const pass = async (): Promise<unknown> => {
    const { summary, problem } = await sendFile(env, file, options, signal, known)
    show(summary, options.json)
    sent += summary.sent
    return problem
  }
  await watchFile(file, signal, async () => {
    passes++
    const problem = await pass().catch((error: unknown) => error)
    // what is wrong from the start won't come right by waiting, but for records that are being written
    const passing = problem instanceof VygodnoError && (passes > 1 || problem.code === 'BAD_RECORDS')
    if (problem && !passing) throw problem
    const again = passing && !(problem instanceof UsageError)
    if (passing) warn(`${problem.message}; ${again ? `trying again in ${RETRY_MS / 1_000} s` : 'waiting for a change'}`)
    else if (!signal.aborted) say(`watching ${plainLine(file)} …`)
    if (again) await sleep(RETRY_MS, undefined, { signal }).catch(() => {})
    return !again
  })
  return sent
}

function sayAs({ by, stores }: Sending): void {
  say(stores.length === 1 ? `as ${stores[0]}, by ${by}` : `as ${by}, for ${counted(stores.length, 'store')}`)
}

/** `shop withdraw`: sends a null for every id; as one store it names that store, which the filter holds it to. */
export async function withdraw(ids: string[], options: { store?: string; json: boolean }): Promise<void> {
  for (const id of ids) {
    const defect = isIdentifier(id) ? isReserved(id) && reserved(id).detail : `expected ${identifierExpected}, got ${quoted(id.slice(0, 60))}`
    if (defect) throw new UsageError('BAD_PRODUCT_ID', defect, 'task search -- чайник   shows ids in the last column')
  }
  const env = loadEnvironment()
  const as = sendingAs(loadStores(env), options.store)
  sayAs(as)
  const started = performance.now()
  const sent = await withSender(env, routeOf(as), 0, async (sender) => {
    for (const id of new Set(ids)) await sender.add(id, null, options.store === undefined ? undefined : { store: options.store })
    await sender.flush()
    return sender.sent()
  })
  const summary = summaryOf(sent, 0, performance.now() - started)
  if (options.json) printJson(summary)
  else print(`withdrew ${counted(sent, 'product')}`)
}

function show({ sent, skipped, unchanged, seconds, perSecond }: Summary, json: boolean): void {
  if (json) return printJson({ sent, skipped, unchanged, seconds, perSecond })
  const also = [skipped && `${skipped} bad skipped`, unchanged && `${unchanged} unchanged`].filter(Boolean)
  print([`sent ${counted(sent, 'product')} in ${seconds.toFixed(1)} s (${perSecond}/s)`, ...also].join(', '))
}
