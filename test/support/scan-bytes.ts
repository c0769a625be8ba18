import { createDecoderContext, type PooledContext } from '../../worker/decode/decoder-context.ts'
import type { InflaterName } from '../../worker/decode/inflater.ts'
import { compileFindRuns } from '../../worker/match/compile-matcher.ts'
import type { MatchSpec } from '../../worker/match/matcher.ts'
import type { CategoryReading } from '../../worker/scan/category-plan.ts'
import { KeptLines } from '../../worker/scan/kept.ts'
import { LinePicker } from '../../worker/scan/line-picker.ts'
import { createObjectScanner, type ScanLimits, type ScannedObject } from '../../worker/scan/scan-object.ts'
import { ChunkedStore } from './object-bodies.ts'

export interface ScannedBytes extends ScannedObject {
  readonly kept: Buffer
  readonly lines: number
}

export interface ScanBytesOptions {
  /** Where the store cuts the object. */
  readonly places?: readonly number[]
  readonly limits?: Partial<ScanLimits>
  readonly inflater?: InflaterName
}

const defaultLimits: ScanLimits = { maxLineBytes: 64 * 1024 ** 2, maxRatio: 200 }

/** What identifies in the tests, unless said otherwise. */
export const specOf = (...identifiers: string[]): MatchSpec => ({ identifiers, match: 'text', case: 'exact' })

/** What a scan thread keeps from one object to the next. */
interface Keeping {
  readonly context: PooledContext
  readonly kept: KeptLines
  readonly pieces: Buffer[]
}

/** What no scan uses now. */
const idle: Record<InflaterName, Keeping[]> = { 'isa-l': [], 'zlib-handle': [], 'zlib-stream': [] }

function createKeeping(inflater: InflaterName): Keeping {
  const pieces: Buffer[] = []
  const reference = inflater === 'isa-l' ? 'zlib-handle' : inflater
  return {
    context: createDecoderContext({ fast: inflater, reference }),
    kept: new KeptLines((piece) => pieces.push(piece)),
    pieces
  }
}

/** Scans the bytes of one object as a scan thread does, in this thread. */
export async function scanBytes(bytes: Buffer, spec: MatchSpec, options: ScanBytesOptions = {}): Promise<ScannedBytes> {
  const inflater = options.inflater ?? 'zlib-handle'
  const keeping = idle[inflater].pop() ?? createKeeping(inflater)
  const { context, kept, pieces } = keeping
  const store = new ChunkedStore(bytes, options.places)
  const limits = { ...defaultLimits, ...options.limits }
  const scan = createObjectScanner(store, context, limits, kept, () => {})
  const findRuns = compileFindRuns(spec)
  const linesBefore = kept.lines
  const scanned = await scan(store.object, new LinePicker(limits.maxLineBytes, (block) => kept.pick(block, findRuns)))
  const rest = kept.takeRest()
  const all = pieces.splice(0)
  idle[inflater].push(keeping)
  return { ...scanned, kept: Buffer.concat(rest ? [...all, rest] : all), lines: kept.lines - linesBefore }
}

/** Plain lines that hold the identifier, under prefixes of two letters. */
export const readingOf = (identifier: string): CategoryReading => {
  return { spec: specOf(identifier), format: 'lines', output: 'raw', eventWindow: undefined, prefixLength: 2 }
}
