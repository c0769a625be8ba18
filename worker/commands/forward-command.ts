import { resolve } from 'node:path'
import { readVariables } from '../config/variables.ts'
import type { Config, Environment } from '../contract/config.ts'
import { type Problem, ProblemCollector, ProblemsError } from '../contract/errors.ts'
import { parseRequest } from '../contract/parse-request.ts'
import { isSince } from '../contract/parse-window.ts'
import { type ExportRequest, windowOf } from '../contract/request.ts'
import { exitCodes } from '../contract/result.ts'
import type { Store } from '../contract/store.ts'
import { formatCount } from '../contract/units.ts'
import { compactWindow, hoursAround, typedWindow } from '../contract/window.ts'
import { chooseInflaters } from '../decode/choose-inflater.ts'
import { createDecoderContext } from '../decode/decoder-context.ts'
import type { InflaterName } from '../decode/inflater.ts'
import { wantedInflater } from '../decode/wanted-inflater.ts'
import { listObjects } from '../export/listing.ts'
import { planCategories } from '../export/plan.ts'
import { findFormat } from '../formats/registry.ts'
import { type BackfillOptions, type BackfillResult, backfill } from '../forward/backfill.ts'
import { type Checkpoint, readCheckpoint, removeCheckpoint, writeCheckpoint } from '../forward/checkpoint.ts'
import { type NamedSink, openForwardSink } from '../forward/open-forward-sink.ts'
import { createRejectedKeeper, rejectedPrefix } from '../forward/rejected.ts'
import { printable, shownUrl } from '../report/result-text.ts'
import { openStore } from '../stores/open-store.ts'
import { storeSettings } from '../stores/store-of.ts'
import type { Command, CommandContext } from './command.ts'
import type { FlagSpec } from './flags.ts'
import { configFlags, findEnvironment, loadConfig, sourceFlags, sourceSettings } from './settings.ts'
import { CancelledBySignal } from './signals.ts'
import { sinkFlags, sinkSecretHelp, terminalLog, typedSink } from './sink-flags.ts'

const flags: Readonly<Record<string, FlagSpec>> = {
  ...sinkFlags,
  setup: {
    help: 'set up the sink (index templates with explicit types), print the index pattern, and send no records'
  },
  checkpoint: {
    value: 'FILE',
    help: 'file that stores progress, so that the command can resume (default: a file in this directory)'
  },
  restart: { help: 'ignore the checkpoint and start over' },
  ...configFlags,
  source: sourceFlags.source!,
  json: { help: 'print the result as JSON' },
  quiet: { short: 'q', help: 'print only errors and, with --json, the result' },
  debug: { help: 'log each request to standard error' }
}
/** Takes the place of the identifier when the words are parsed; no category has this name. */
const anyIdentifier = '<any identifier>'
const shownFailures = 10

/** `iot-log forward`: sends the records of existing objects to a sink, as the forwarder does for new objects. */
export const forwardCommand: Command = {
  summary: { forward: 'send the records of a day to OpenSearch or Logstash, or set up the sink' },
  flags,
  help: (config) => {
    const environment = config.environments.get(config.defaultEnvironment)!
    const sinks = Object.keys(environment.sinks)
    const names = sinks.length > 0 ? sinks.join(', ') : `none; configure environments.${environment.name}.sinks`
    return {
      about: [
        'Send the records of a day (or hours, or days) to a sink, as the forwarder does for new objects. Record ids are',
        'deterministic, so resending creates no duplicates. If interrupted, run the same command again to resume.'
      ],
      usage: [
        'iot-log forward <category>[,…] <date> [environment] --to SINK [flags]',
        'iot-log forward --setup [environment] --to SINK'
      ],
      words: [`Sinks of ${environment.name}: ${names}`],
      notes: sinkSecretHelp,
      exitCodes: { 3: 'some records were rejected, or some objects are unreadable', 4: 'no objects' },
      examples: [
        'iot-log forward --setup --to search',
        'iot-log forward telemetry,command 2023/10/01..2023/10/03 --to search'
      ]
    }
  },
  run: (context) => (context.typed.switches.has('setup') ? setUp(context) : forward(context))
}

async function setUp(context: CommandContext): Promise<number> {
  const { typed, surroundings, terminal } = context
  const problems = new ProblemCollector()
  problems.add(typed.problems)
  const config = loadConfig(typed, surroundings)
  const environment = problems.take(() => findEnvironment(config, ...typed.words))
  const named = environment && problems.take(() => typedSink(typed, environment))
  problems.throwIfAny()
  const { environment: variables, nowMs } = surroundings
  const log = terminalLog(context)
  await using sink = await openForwardSink(named!, environment!, { environment: variables, nowMs, log })
  const wanted = [...environment!.categories.values()].filter(
    ({ name }) => named!.settings.categories?.includes(name) ?? true
  )
  const report = await sink.setup(wanted.map(({ name, format }) => ({ name, columns: findFormat(format).columns })))
  await terminal.print(`${report.join('\n')}\n`)
  return exitCodes.complete
}

async function forward(context: CommandContext): Promise<number> {
  const { typed, surroundings, signal, terminal } = context
  const wanted = readWanted(context)
  const { config, environment, named } = wanted
  const { environment: environmentVariables, nowMs } = surroundings
  const log = terminalLog(context)
  await using source = openStore(sourceSettings(typed, environment, surroundings))
  await using results = openStore(storeSettings(config.output.store ?? source.url, environment, surroundings))
  await using sink = await openForwardSink(named, environment, { environment: environmentVariables, nowMs, log })
  try {
    const result = await forwardObjects(context, wanted, { source, results, sink, log })
    const kept = results.urlOf(rejectedPrefix(config.forward.prefix, named.name))
    return await printResult(context, result, named.name, kept)
  } catch (error) {
    if (!(signal.reason instanceof CancelledBySignal)) throw error
    terminal.error.write(`iot-log: ${signal.reason.message}: run the same command again to resume\n`)
    return signal.reason.exitCode
  }
}

/** The request: words, configuration and environment variables, checked. */
interface Wanted {
  readonly config: Config
  readonly request: ExportRequest
  readonly environment: Environment
  readonly named: NamedSink
  readonly inflater: InflaterName | undefined
}

/** @throws ProblemsError with every mistake */
function readWanted({ typed, surroundings }: CommandContext): Wanted {
  const problems = new ProblemCollector()
  problems.add(typed.problems)
  const config = loadConfig(typed, surroundings)
  const request = problems.take(() =>
    parseWords(typed.words, () => parseRequest([anyIdentifier, ...typed.words], config, surroundings.nowMs()))
  )
  const inflater = problems.take(() => readVariables(surroundings.environment, wantedInflater))
  const environment = request && config.environments.get(request.environment)!
  const named = environment && problems.take(() => typedSink(typed, environment))
  problems.throwIfAny()
  return { config, request: request!, environment: environment!, named: named!, inflater }
}

/** Resumes from the checkpoint, or starts at the first object. Undefined if there are no objects. */
async function forwardObjects(
  context: CommandContext,
  wanted: Wanted,
  { results, ...edges }: Pick<BackfillOptions, 'source' | 'sink' | 'log'> & { readonly results: Store }
): Promise<BackfillResult | undefined> {
  const { terminal, signal, surroundings } = context
  const { config, request, environment, named, inflater } = wanted
  const task = JSON.stringify([edges.source.url, named.name, request.categories, request.from, request.to])
  const path = checkpointPath(context, request, named.name)
  const resumed = context.typed.switches.has('restart') ? undefined : readCheckpoint(path, task)
  const say = (text: string): void => void (context.typed.switches.has('quiet') || terminal.error.write(text))
  const sayProgress = (text: string): void => void (terminal.error.isTTY && say(`\r${text}\u001b[K`))
  if (resumed) say(`Resuming after ${formatCount(resumed.totals.objects, 'object')}\n`)
  const plans = planCategories(request, environment)
  using listing = await listObjects(edges.source, plans, signal)
  if (listing.objects === 0) return undefined
  const keeper = { prefix: config.forward.prefix, sink: named.name, nowMs: surroundings.nowMs }
  const result = await backfill({
    ...edges,
    categories: plans.map(({ category }, at) => ({ category, listing: listing.categories[at]! })),
    limits: config.limits,
    named,
    context: createDecoderContext(await chooseInflaters(inflater)),
    keepRejected: createRejectedKeeper(results, keeper),
    signal,
    task,
    resumed,
    onCheckpoint: (checkpoint) => {
      writeCheckpoint(path, checkpoint)
      sayProgress(progressText(checkpoint, listing.objects))
    }
  })
  sayProgress('')
  removeCheckpoint(path)
  return result
}

/** Prints the counts of records and returns the exit code. */
async function printResult(
  { typed, terminal }: CommandContext,
  result: BackfillResult | undefined,
  sink: string,
  kept: string
): Promise<number> {
  const isQuiet = typed.switches.has('quiet')
  if (!result) {
    if (!isQuiet) await terminal.print('No objects found\n')
    return exitCodes.empty
  }
  const { totals, failures } = result
  if (typed.switches.has('json')) await terminal.print(`${JSON.stringify({ sink, ...totals, failures }, null, 2)}\n`)
  else if (!isQuiet) await terminal.print(resultText(result, sink, kept))
  return totals.rejected > 0 || failures.length > 0 ? exitCodes.partial : exitCodes.complete
}

/** The words of a request without an identifier. Options of an export are rejected: they have no meaning here. */
function parseWords(words: readonly string[], parse: () => ExportRequest): ExportRequest {
  const options = words.filter((word) => /^[A-Za-z]+=/.test(word) && !isSince(word))
  const wrong = options.map((word) => ({
    subject: word,
    text: `"${word}" is an option of export: forward takes no options`
  }))
  try {
    const request = parse()
    // Without options, only a window in minutes selects records by their own time.
    if (wrong.length === 0 && request.window === 'event') wrong.push(minutesProblem(request))
    if (wrong.length === 0) return request
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    throw new ProblemsError('wrong-words', error.problems, error.correction?.slice(1))
  }
  throw new ProblemsError('wrong-words', wrong)
}

function minutesProblem(request: ExportRequest): Problem {
  const window = windowOf(request)
  const text = `${typedWindow(window)} is in minutes, but forward sends whole objects: write ${typedWindow(hoursAround(window))}`
  return { subject: typedWindow(window), text }
}

function checkpointPath({ typed, surroundings }: CommandContext, request: ExportRequest, sink: string): string {
  const categories =
    request.categories.length > 3
      ? `${request.categories[0]}+${request.categories.length - 1}`
      : request.categories.join('+')
  const name = `iot-log-forward_${sink}_${categories}_${compactWindow(windowOf(request))}.json`
  return resolve(surroundings.directory, typed.values.get('checkpoint') ?? name)
}

function progressText({ totals }: Checkpoint, objects: number): string {
  return `${totals.objects} of ${formatCount(objects, 'object')}, ${formatCount(totals.sent, 'record')} sent, ${totals.rejected} rejected`
}

function resultText({ totals, failures }: BackfillResult, sink: string, kept: string): string {
  const { objects, records, sent, rejected, filtered, unparsed } = totals
  const left = [
    ...(filtered > 0 ? [`${formatCount(filtered, 'record')} excluded by the sink’s patterns`] : []),
    ...(unparsed > 0 ? [`${formatCount(unparsed, 'record')} not parsed, sent as text`] : []),
    ...(rejected > 0
      ? [
          `${formatCount(rejected, 'record')} rejected, stored under ${shownUrl(kept)}; to send them again: iot-log replay --to ${sink}`
        ]
      : [])
  ]
  const shown = failures.slice(0, shownFailures).map(({ key, why }) => `  ! ${printable(key)}: ${printable(why)}`)
  const more = failures.length - shown.length
  return [
    `${formatCount(objects, 'object')}, ${formatCount(records, 'record')}: ${sent === records ? 'all' : sent} sent to ${sink}`,
    ...left.map((line) => `  ${line}`),
    ...shown,
    ...(more > 0 ? [`  ! and ${formatCount(more, 'object')} more`] : []),
    ''
  ].join('\n')
}
