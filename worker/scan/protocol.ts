import type { ErrorCode } from '../contract/errors.ts'
import type { NotRead, OutcomeCounts } from '../contract/outcome.ts'
import type { StoreSettings } from '../contract/store.ts'
import type { CountedWarning } from '../contract/warning.ts'
import type { InflaterChoice } from '../decode/inflater.ts'
import type { MatcherName } from '../match/matcher.ts'
import type { CategoryReading } from './category-plan.ts'
import type { ScanLimits } from './scan-object.ts'
import type { Slice } from './slices.ts'

/*
 * The messages between the main thread and the scan threads. Kept bytes are transferred, not copied. No other bytes of an
 * object leave a thread.
 */

/** The `workerData` of a thread. */
export interface ThreadSettings {
  readonly store: StoreSettings
  /** How objects are read, by category. */
  readonly readings: readonly CategoryReading[]
  readonly limits: ScanLimits
  readonly inflaters: InflaterChoice
  readonly matcher: MatcherName
  /** A thread waits when it has sent so many kept bytes that are not taken yet. */
  readonly creditBytes: number
}

export type ToThread =
  | (Slice & { readonly kind: 'slice' })
  /** Returns the memory of a piece. */
  | { readonly kind: 'taken'; readonly piece: Uint8Array }

export type FromThread =
  | { readonly kind: 'kept'; readonly slice: number; readonly bytes: Uint8Array }
  | { readonly kind: 'progress'; readonly progress: ScanProgress }
  | {
      readonly kind: 'done'
      readonly slice: number
      /** The last kept bytes. Most slices have no others. */
      readonly rest: Uint8Array | undefined
      readonly summary: SliceSummary
      readonly progress: ScanProgress
    }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string; readonly stack: string | undefined }

/** Work done since the last message. */
export interface ScanProgress {
  objects: number
  /** Read, as stored. */
  storedBytes: number
  /** Listed bytes that are read or skipped. At the end the sum is the size of all listed objects. */
  passedBytes: number
  textBytes: number
  lines: number
}

/** The outcomes of the objects of one slice. */
export interface SliceSummary {
  readonly counts: OutcomeCounts
  readonly notRead: readonly NotRead[]
  readonly warnings: readonly CountedWarning[]
  readonly lines: number
  /** The lines by the prefixes of the keys, without prefixes that have no lines. */
  readonly linesByPrefix: ReadonlyMap<string, number>
}
