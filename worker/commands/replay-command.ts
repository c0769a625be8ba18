import { readVariables } from '../config/variables.ts'
import { ProblemCollector, ProblemsError } from '../contract/errors.ts'
import { parseWindow } from '../contract/parse-window.ts'
import { exitCodes } from '../contract/result.ts'
import { formatCount } from '../contract/units.ts'
import { typedWindow } from '../contract/window.ts'
import { chooseInflaters } from '../decode/choose-inflater.ts'
import { createDecoderContext } from '../decode/decoder-context.ts'
import { wantedInflater } from '../decode/wanted-inflater.ts'
import { openForwardSink } from '../forward/open-forward-sink.ts'
import { createRejectedKeeper, rejectedPrefix } from '../forward/rejected.ts'
import { replayRejected } from '../forward/replay.ts'
import { openStore } from '../stores/open-store.ts'
import { storeSettings } from '../stores/store-of.ts'
import type { Command, CommandContext } from './command.ts'
import type { FlagSpec } from './flags.ts'
import { configFlags, findEnvironment, loadConfig, sourceFlags, sourceSettings } from './settings.ts'
import { CancelledBySignal } from './signals.ts'
import { sinkFlags, sinkSecretHelp, terminalLog, typedSink } from './sink-flags.ts'

const flags: Readonly<Record<string, FlagSpec>> = {
  ...sinkFlags,
  ...configFlags,
  source: sourceFlags.source!,
  json: { help: 'print the result as JSON' },
  quiet: { short: 'q', help: 'print only errors and, with --json, the result' },
  debug: { help: 'log each request to standard error' }
}

/** `iot-log replay`: sends rejected records again. */
export const replayCommand: Command = {
  summary: { replay: 'send rejected records to their sink again' },
  flags,
  help: () => ({
    about: [
      'Send rejected records to their sink again. Fix the cause first: records that are rejected again are stored again.',
      'If interrupted, run the same command again to resume.'
    ],
    usage: ['iot-log replay [date] [environment] --to SINK [flags]'],
    words: ['The date is the UTC day on which they were rejected (default: all days).'],
    notes: sinkSecretHelp,
    exitCodes: { 3: 'some records were rejected again', 4: 'no rejected records' },
    examples: ['iot-log replay 2023/10/01 --to search']
  }),
  run: async (context) => {
    const { typed, surroundings, terminal, signal } = context
    const problems = new ProblemCollector()
    problems.add(typed.problems)
    const config = loadConfig(typed, surroundings)
    const isDate = config.environments.get(typed.words[0] ?? '') === undefined
    const day = isDate ? problems.take(() => dayOf(typed.words[0], surroundings.nowMs())) : ''
    const rest = isDate ? typed.words.slice(1) : typed.words
    const environment = problems.take(() => findEnvironment(config, ...rest))
    const named = environment && problems.take(() => typedSink(typed, environment))
    const inflater = problems.take(() => readVariables(surroundings.environment, wantedInflater))
    problems.throwIfAny()
    const { environment: variables, nowMs } = surroundings
    const log = terminalLog(context)
    const source = sourceSettings(typed, environment!, surroundings)
    await using results = openStore(storeSettings(config.output.store ?? source.url, environment!, surroundings))
    await using sink = await openForwardSink(named!, environment!, { environment: variables, nowMs, log })
    const { prefix } = config.forward
    try {
      const result = await replayRejected({
        results,
        prefix: rejectedPrefix(prefix, named!.name, day),
        sink,
        named: named!,
        limits: config.limits,
        context: createDecoderContext(await chooseInflaters(inflater)),
        keepRejected: createRejectedKeeper(results, { prefix, sink: named!.name, nowMs }),
        log,
        signal
      })
      await printResult(context, result)
      if (result.objects === 0) return exitCodes.empty
      return result.rejected > 0 ? exitCodes.partial : exitCodes.complete
    } catch (error) {
      if (!(signal.reason instanceof CancelledBySignal)) throw error
      terminal.error.write(`iot-log: ${signal.reason.message}: run the same command again to resume\n`)
      return signal.reason.exitCode
    }
  }
}

async function printResult(
  { typed, terminal }: CommandContext,
  result: { readonly objects: number; readonly sent: number; readonly rejected: number }
): Promise<void> {
  if (typed.switches.has('json')) return terminal.print(`${JSON.stringify(result, null, 2)}\n`)
  if (typed.switches.has('quiet')) return
  const again = result.rejected > 0 ? `, ${formatCount(result.rejected, 'record')} rejected again` : ''
  await terminal.print(
    result.objects === 0 ? 'No rejected records found\n' : `${formatCount(result.sent, 'record')} sent${again}\n`
  )
}

/** `2023-10-01`, or nothing for all days. */
function dayOf(word: string | undefined, nowMs: number): string {
  if (word === undefined) return ''
  const parsed = parseWindow(word, nowMs, 1)
  if ('problem' in parsed) throw new ProblemsError('wrong-words', [{ subject: word, text: parsed.problem }])
  if (parsed.window.unit === 'day') return typedWindow(parsed.window)
  throw new ProblemsError('wrong-words', [
    { subject: word, text: `"${word}" is not a whole day: rejected records are stored by day` }
  ])
}
