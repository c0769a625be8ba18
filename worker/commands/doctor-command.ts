import { availableParallelism } from 'node:os'
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

const flags: Readonly<Record<string, FlagSpec>> = { json: { help: 'print the report as JSON' } }

/** What `iot-log doctor --json` prints. */
interface Diagnosis {
  readonly node: string
  readonly platform: string
  readonly threads: number
  readonly inflater: InflaterName
  readonly matcher: MatcherName
  readonly deflater: DeflaterName
  /** Always, since Node 22.15. */
  readonly readsZstd: true
  /** What would make it faster; may be empty. */
  readonly advice: readonly string[]
}

const inflaters: Readonly<Record<InflaterName, string>> = {
  'isa-l': 'the native add-on with ISA-L, the fastest',
  'zlib-handle': "Node's zlib through its synchronous handle",
  'zlib-stream': "Node's zlib through its documented streams"
}

const deflaters: Readonly<Record<DeflaterName, string>> = {
  'isa-l': 'the native add-on with ISA-L, the fastest',
  zlib: "Node's zlib"
}

const matchers: Readonly<Record<MatcherName, string>> = {
  native: 'the search functions of the native add-on',
  javascript: 'search functions in JavaScript'
}

/** `iot-log doctor`: shows which parts an export on this machine uses, and how to speed it up. */
export const doctorCommand: Command = {
  summary: { doctor: 'show which inflater, matcher, deflater and Node are in use, and how to speed them up' },
  flags,
  help: () => ({
    about: ['Show which inflater, matcher, deflater and Node an export on this machine uses, and how to speed it up.'],
    usage: ['iot-log doctor [--json]']
  }),
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
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    threads: availableParallelism(),
    inflater: choice.fast,
    matcher,
    deflater,
    readsZstd: true,
    advice: nativeAdvice(loadNative(), { inflater: choice.fast, matcher, deflater }, wanted)
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
      ? [`Could not load the native add-on: ${loaded.reason} (is libisal2 installed?)`]
      : ['The native add-on is twice as fast: npm run build:native (needs gcc and libisal-dev)']
  if (isWhole) return ['The search functions of the native add-on need AVX2 (x86-64), which this processor lacks']
  if (wanted !== undefined) return [`IOT_LOG_INFLATER=${wanted} turns the native add-on off`]
  return ['The native add-on failed its self-test: rebuild it (npm run build:native), or report this']
}

function diagnosisText({ node, platform, threads, inflater, matcher, deflater, advice }: Diagnosis): string {
  const rows = [
    ['Node', `${node} on ${platform}, ${formatCount(threads, 'processor')}`],
    ['Inflater', `${inflater}: ${inflaters[inflater]}`],
    ['Matcher', `${matcher}: ${matchers[matcher]}`],
    ['Deflater', `${deflater}: ${deflaters[deflater]}`],
    ['zstd', 'yes']
  ]
  const lines = rows.map(([what, text]) => `${what!.padEnd(10)}${text}`)
  return [...lines, ...(advice.length > 0 ? ['', ...advice] : []), ''].join('\n')
}
