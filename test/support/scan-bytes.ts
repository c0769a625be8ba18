import { createDecoderContext } from '../../worker/decode/decoder-context.ts'
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

/** Scans the bytes of one object as a scan thread does, in this thread. */
export async function scanBytes(bytes: Buffer, spec: MatchSpec, options: ScanBytesOptions = {}): Promise<ScannedBytes> {
  const pieces: Buffer[] = []
  const kept = new KeptLines((piece) => pieces.push(piece))
  const store = new ChunkedStore(bytes, options.places)
  const inflater = options.inflater ?? 'zlib-handle'
  const reference = inflater === 'isa-l' ? 'zlib-handle' : inflater
  const context = createDecoderContext({ fast: inflater, reference })
  const scan = createObjectScanner(store, context, { ...defaultLimits, ...options.limits }, kept, () => {})
  const findRuns = compileFindRuns(spec)
  const { maxLineBytes } = { ...defaultLimits, ...options.limits }
  const scanned = await scan(store.object, new LinePicker(maxLineBytes, (block) => kept.pick(block, findRuns)))
  const rest = kept.takeRest()
  context.close()
  return { ...scanned, kept: Buffer.concat(rest ? [...pieces, rest] : pieces), lines: kept.lines }
}

/** Plain lines that hold the identifier, under prefixes of two letters. */
export const readingOf = (identifier: string): CategoryReading => {
  return { spec: specOf(identifier), format: 'lines', output: 'raw', eventWindow: undefined, prefixLength: 2 }
}
