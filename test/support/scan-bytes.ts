import type { CategoryReading } from '../../worker/plan.ts'
import { LineBlocks } from '../../worker/scan/blocks.ts'
import { createInflater } from '../../worker/scan/choose-inflater.ts'
import type { Inflater, InflaterName } from '../../worker/scan/inflater.ts'
import { KeptLines } from '../../worker/scan/kept.ts'
import { compileMatcher, type MatchSpec } from '../../worker/scan/match/matcher.ts'
import { ObjectScanner, type ScanLimits, type ScannedObject } from '../../worker/scan/scan-object.ts'
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
  const inflaters: Inflater[] = []
  const context = {
    takeInflater: () => inflaters.pop() ?? createInflater(options.inflater ?? 'zlib-handle'),
    giveBack: (inflater: Inflater) => inflaters.push(inflater),
    isCareful: false,
    maxDecodedBytes: Number.POSITIVE_INFINITY
  }
  const scanner = new ObjectScanner(store, context, { ...defaultLimits, ...options.limits }, kept, () => {})
  const find = compileMatcher(spec)
  const { maxLineBytes } = { ...defaultLimits, ...options.limits }
  const scanned = await scanner.scan(store.object, new LineBlocks(maxLineBytes, (block) => kept.pick(block, find)))
  const rest = kept.takeRest()
  for (const inflater of inflaters) inflater.close()
  return { ...scanned, kept: Buffer.concat(rest ? [...pieces, rest] : pieces), lines: kept.lines }
}

/** Plain lines that hold the identifier, under prefixes of two letters. */
export const readingOf = (identifier: string): CategoryReading => {
  return { spec: specOf(identifier), format: 'lines', output: 'raw', eventWindow: undefined, prefixLength: 2 }
}
