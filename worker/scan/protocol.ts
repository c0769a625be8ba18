import type { ErrorCode } from '../contract/errors.ts'
import type { NotRead, OutcomeCounts } from '../contract/outcome.ts'
import type { StoreSettings } from '../contract/store.ts'
import type { InflaterChoice } from '../decode/inflater.ts'
import type { MatcherName } from '../match/matcher.ts'
import type { CategoryReading } from './category-plan.ts'
import type { ScanLimits } from './scan-object.ts'
import type { Slice } from './slices.ts'

/*
 * What the main thread and the scan threads say to each other. Kept bytes change owner with their message; nothing
 * else of an object ever crosses.
 */

/** What a thread is started with. */
export interface ThreadSettings {
  readonly store: StoreSettings
  /** How objects are read, by category. */
  readonly readings: readonly CategoryReading[]
  readonly limits: ScanLimits
  readonly inflaters: InflaterChoice
  readonly matcher: MatcherName
  /** Kept bytes a thread may have sent without their being taken; then it waits. */
  readonly creditBytes: number
}

export type ToThread = SliceMessage | { readonly kind: 'taken'; readonly piece: Uint8Array }

export interface SliceMessage extends Slice {
  readonly kind: 'slice'
}

export type FromThread =
  | { readonly kind: 'kept'; readonly slice: number; readonly bytes: Uint8Array }
  | { readonly kind: 'progress'; readonly progress: ScanProgress }
  | DoneMessage
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string; readonly stack: string | undefined }

export interface DoneMessage {
  readonly kind: 'done'
  readonly slice: number
  /** The last of the kept bytes; most slices have no others. */
  readonly rest: Uint8Array | undefined
  readonly summary: SliceSummary
  readonly progress: ScanProgress
}

/** Work done since the last message. */
export interface ScanProgress {
  objects: number
  /** Read, as stored. */
  storedBytes: number
  /** Of what was listed: read, or not to be read any more. All objects together have passed all that was listed. */
  passedBytes: number
  textBytes: number
  lines: number
}

/** What became of the objects of one slice. */
export interface SliceSummary {
  readonly counts: OutcomeCounts
  readonly notRead: readonly NotRead[]
  readonly lines: number
  /** The same by the keys' prefixes; those without any are left out. */
  readonly linesByPrefix: ReadonlyMap<string, number>
}
