import { join, resolve } from 'node:path'
import { readVariables } from '../config/variables.ts'
import type { Environment } from '../contract/config.ts'
import { ProblemCollector, ProblemsError } from '../contract/errors.ts'
import { parseRequest } from '../contract/parse-request.ts'
import { type ExportRequest, windowOf } from '../contract/request.ts'
import { exitCodes } from '../contract/result.ts'
import { formatCount } from '../contract/units.ts'
import { compactWindow } from '../contract/window.ts'
import { wantedInflater } from '../decode/wanted-inflater.ts'
import { listObjects } from '../export/listing.ts'
import { planCategories } from '../export/plan.ts'
import { findFormat } from '../formats/registry.ts'
import { type BackfillResult, backfill } from '../forward/backfill.ts'
import { type Checkpoint, readCheckpoint, removeCheckpoint, writeCheckpoint } from '../forward/checkpoint.ts'
import { createDecoderContext } from '../forward/decoder-context.ts'
import { openForwardSink } from '../forward/open-forward-sink.ts'
import { createRejectedKeeper, rejectedPrefix } from '../forward/rejected.ts'
import { printable, shownUrl } from '../report/result-text.ts'
import { openStore } from '../stores/open-store.ts'
import { storeSettings } from '../stores/store-of.ts'
import type { Command, CommandContext } from './command.ts'
import type { FlagSpec } from './flags.ts'
import { flagLines } from './help.ts'
import { configFlags, loadConfig, sourceFlags, sourceSettings } from './settings.ts'
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
    return [
      'Send the records of a day (or hours, or days) to a sink, as the forwarder does for new objects. Record ids are',
      'deterministic, so resending creates no duplicates. If interrupted, run the same command again to resume.',
      '',
      'Usage:',
      '  iot-log forward <category>[,…] <date> [environment] --to SINK [flags]',
      '  iot-log forward --setup [environment] --to SINK',
      '',
      `Sinks of ${environment.name}: ${sinks.length > 0 ? sinks.join(', ') : `none; configure environments.${environment.name}.sinks`}`,
      '',
      'Flags:',
      ...flagLines(flags),
      '',
      ...sinkSecretHelp,
      '',
      'Exit codes: 0 complete, 1 failed (run it again), 2 wrong words or configuration, 3 some records were rejected or',
      '            some objects are unreadable, 4 no objects, 129, 130 or 143 cancelled (run it again)',
      '',
      'Examples:',
      '  iot-log forward --setup --to search',
      '  iot-log forward telemetry,command 2023/10/01..2023/10/03 --to search'
    ]
  },
  run: (context) => (context.typed.switches.has('setup') ? setUp(context) : forward(context))
}

async function setUp(context: CommandContext): Promise<number> {
  const { typed, surroundings, terminal } = context
  const problems = new ProblemCollector()
  problems.add(typed.problems)
  const config = loadConfig(typed, surroundings)
  const environment = problems.take(() => environmentOf(typed.words, config.environments, config.defaultEnvironment))
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
  const { typed, surroundings, terminal, signal } = context
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
  const log = terminalLog(context)
  const { environment: variables, nowMs } = surroundings
  await using source = openStore(sourceSettings(typed, environment!, surroundings))
  await using results = openStore(storeSettings(config.output.store ?? source.url, environment!, surroundings))
  await using sink = await openForwardSink(named!, environment!, { environment: variables, nowMs, log })
  const task = taskOf(request!, named!.name, source.url)
  const path = resolve(
    surroundings.directory,
    typed.values.get('checkpoint') ?? defaultCheckpoint(request!, named!.name)
  )
  const resumed = typed.switches.has('restart') ? undefined : readCheckpoint(path, task)
  const isQuiet = typed.switches.has('quiet')
  const say = (text: string): void => void (isQuiet || terminal.error.write(text))
  if (resumed) say(`Goes on after ${formatCount(resumed.totals.objects, 'object')}\n`)
  const plans = planCategories(request!, environment!)
  const keeper = { prefix: config.forward.prefix, sink: named!.name, nowMs }
  try {
    using listing = await listObjects(source, plans, signal)
    if (listing.objects === 0) {
      if (!isQuiet) await terminal.print('There are no objects\n')
      return exitCodes.empty
    }
    const result = await backfill({
      categories: plans.map(({ category }, at) => ({ category, listing: listing.categories[at]! })),
      limits: config.limits,
      source,
      sink,
      named: named!,
      context: await createDecoderContext(inflater),
      keepRejected: createRejectedKeeper(results, keeper),
      log,
      signal,
      task,
      resumed,
      onCheckpoint: (checkpoint) => {
        writeCheckpoint(path, checkpoint)
        if (terminal.error.isTTY) say(`\r${progressText(checkpoint, listing.objects)}\u001b[K`)
      }
    })
    if (terminal.error.isTTY) say('\r\u001b[K')
    removeCheckpoint(path)
    const kept = results.urlOf(rejectedPrefix(config.forward.prefix, named!.name))
    if (typed.switches.has('json'))
      await terminal.print(
        `${JSON.stringify({ sink: named!.name, ...result.totals, failures: result.failures }, null, 2)}\n`
      )
    else if (!isQuiet) await terminal.print(resultText(result, named!.name, kept))
    return result.totals.rejected > 0 || result.failures.length > 0 ? exitCodes.partial : exitCodes.complete
  } catch (error) {
    if (!(signal.reason instanceof CancelledBySignal)) throw error
    terminal.error.write(`iot-log: ${signal.reason.message}: the same command goes on from here\n`)
    return signal.reason.exitCode
  }
}

/** The words of a request without an identifier. Options of an export are rejected: they have no meaning here. */
function parseWords(words: readonly string[], parse: () => ExportRequest): ExportRequest {
  const options = words.filter((word) => /^[A-Za-z]+=/.test(word))
  const wrong = options.map((word) => ({
    subject: word,
    text: `"${word}" is an option of export: forward takes no options`
  }))
  try {
    const request = parse()
    if (wrong.length === 0) return request
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error
    throw new ProblemsError('wrong-words', error.problems, error.correction?.slice(1))
  }
  throw new ProblemsError('wrong-words', wrong)
}

export function environmentOf(
  words: readonly string[],
  environments: ReadonlyMap<string, Environment>,
  usual: string
): Environment {
  const [word = usual, ...more] = words
  const found = environments.get(word)
  if (found && more.length === 0) return found
  const known = [...environments.keys()].join(', ')
  const text = found
    ? `"${more[0]}" is an extra word`
    : `"${word}" is not an environment: the environments are ${known}`
  throw new ProblemsError('wrong-words', [{ subject: found ? more[0]! : word, text }])
}

function taskOf(request: ExportRequest, sink: string, source: string): string {
  return JSON.stringify([source, sink, request.categories, request.from, request.to])
}

function defaultCheckpoint(request: ExportRequest, sink: string): string {
  const categories =
    request.categories.length > 3
      ? `${request.categories[0]}+${request.categories.length - 1}`
      : request.categories.join('+')
  return join('.', `iot-log-forward_${sink}_${categories}_${compactWindow(windowOf(request))}.json`)
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
