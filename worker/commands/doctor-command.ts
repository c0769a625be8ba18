import { availableParallelism } from 'node:os'
import zlib from 'node:zlib'
import { readVariables } from '../config/variables.ts'
import { ProblemsError } from '../contract/errors.ts'
import { exitCodes } from '../contract/result.ts'
import { formatCount } from '../contract/units.ts'
import { chooseInflaters } from '../decode/choose-inflater.ts'
import type { InflaterName } from '../decode/inflater.ts'
import { wantedInflater } from '../decode/wanted-inflater.ts'
import { chooseMatcher } from '../match/choose-matcher.ts'
import type { MatcherName } from '../match/matcher.ts'
import { type LoadedNative, loadNative } from '../native/load-native.ts'
import { chooseDeflater } from '../outputs/zip/choose-deflater.ts'
import type { DeflaterName } from '../outputs/zip/deflater.ts'
import type { Command } from './command.ts'
import type { FlagSpec } from './flags.ts'
import { flagLines } from './help.ts'

const flags: Readonly<Record<string, FlagSpec>> = { json: { help: 'print it as JSON' } }

/** What `iot-log doctor --json` prints. */
interface Diagnosis {
  readonly node: string
  readonly platform: string
  readonly threads: number
  readonly inflater: InflaterName
  readonly matcher: MatcherName
  readonly deflater: DeflaterName
  readonly readsZstd: boolean
  /** What would make it faster or read more; empty when nothing would. */
  readonly advice: readonly string[]
}

const inflaters: Readonly<Record<InflaterName, string>> = {
  'isa-l': 'the native add-on over ISA-L, the fastest',
  'zlib-handle': "Node's zlib by its synchronous handle",
  'zlib-stream': "Node's zlib by its documented streams"
}

const deflaters: Readonly<Record<DeflaterName, string>> = {
  'isa-l': 'the native add-on over ISA-L, the fastest',
  zlib: "Node's zlib"
}

const matchers: Readonly<Record<MatcherName, string>> = {
  native: 'the searches of the native add-on',
  javascript: 'searches without the add-on'
}

/** `iot-log doctor`: which parts an export on this machine uses, and what would make it faster. */
export const doctorCommand: Command = {
  flags,
  help: () => [
    'Says which inflater, matcher, deflater and Node an export on this machine uses, and what would make it faster.',
    '',
    'Usage:',
    '  iot-log doctor [--json]',
    '',
    'Flags:',
    ...flagLines(flags)
  ],
  run: async ({ typed, surroundings, terminal }) => {
    const extra = typed.words.map((word) => ({ subject: word, text: `${word}: doctor takes no words` }))
    const problems = [...typed.problems, ...extra]
    if (problems.length > 0) throw new ProblemsError('wrong-words', problems)
    const diagnosis = await diagnose(readVariables(surroundings.environment, wantedInflater))
    await terminal.print(
      typed.switches.has('json') ? `${JSON.stringify(diagnosis, null, 2)}\n` : diagnosisText(diagnosis)
    )
    return exitCodes.complete
  }
}

async function diagnose(wanted: InflaterName | undefined): Promise<Diagnosis> {
  const choice = await chooseInflaters(wanted)
  const matcher = chooseMatcher(choice)
  const { name: deflater } = await chooseDeflater(choice)
  const readsZstd = typeof zlib.createZstdDecompress === 'function'
  const zstdAdvice = readsZstd ? [] : ['Node 22.15 or later reads zstd objects too']
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    threads: availableParallelism(),
    inflater: choice.fast,
    matcher,
    deflater,
    readsZstd,
    advice: [...nativeAdvice(loadNative(), { inflater: choice.fast, matcher, deflater }, wanted), ...zstdAdvice]
  }
}

function nativeAdvice(
  loaded: LoadedNative,
  { inflater, matcher, deflater }: Pick<Diagnosis, 'inflater' | 'matcher' | 'deflater'>,
  wanted: InflaterName | undefined
): readonly string[] {
  const isWhole = inflater === 'isa-l' && deflater === 'isa-l'
  if (isWhole && matcher === 'native') return []
  if (!loaded.native)
    return loaded.isBuilt
      ? [`The native add-on is there and could not be loaded: ${loaded.reason} (is libisal2 installed?)`]
      : ['Twice as fast with the native add-on: npm run build:native (takes gcc and libisal-dev)']
  if (isWhole) return ['The searches of the native add-on need AVX2 (x86-64), which this processor does not have']
  if (wanted !== undefined) return [`IOT_LOG_INFLATER=${wanted} turns the native add-on off`]
  return ['The native add-on did not pass its self-test: build it again (npm run build:native), or report it']
}

function diagnosisText({ node, platform, threads, inflater, matcher, deflater, readsZstd, advice }: Diagnosis): string {
  const rows = [
    ['Node', `${node} on ${platform}, ${formatCount(threads, 'processor')}`],
    ['Inflater', `${inflater}: ${inflaters[inflater]}`],
    ['Matcher', `${matcher}: ${matchers[matcher]}`],
    ['Deflater', `${deflater}: ${deflaters[deflater]}`],
    ['zstd', readsZstd ? 'yes' : 'no']
  ]
  const lines = rows.map(([what, text]) => `${what!.padEnd(10)}${text}`)
  return [...lines, ...(advice.length > 0 ? ['', ...advice] : []), ''].join('\n')
}
