import type { ErrorCode } from './errors.ts'
import type { DamageReason, NotRead, OutcomeCounts } from './outcome.ts'
import type { ExportRequest } from './request.ts'

/** How an export that ran to its end ended. Unless `partial`, every listed object was read, empty or skipped by rule. */
export type ExportStatus = 'complete' | 'partial' | 'empty'

/** Every listed object in exactly one of the other counts. */
export type ObjectCounts = { readonly listed: number } & Readonly<OutcomeCounts>

export interface ScannedAmounts {
  /** Bytes as stored. */
  readonly bytes: number
  /** Bytes decompressed. */
  readonly rawBytes: number
}

/** What `iot-log export --json` prints, but for the list of unreadable objects, which may be long and is streamed. */
export interface ExportResult {
  readonly status: ExportStatus
  readonly engine: string
  readonly reason: string
  readonly request: ExportRequest
  /** Null when none was written; the URL is `file://` or `s3://`, never a presigned one. */
  readonly archive: { readonly url: string; readonly bytes: number; readonly sha256: string } | null
  readonly entries: readonly {
    readonly name: string
    readonly lines: number
    readonly bytes: number
    readonly sha256: string
  }[]
  readonly objects: ObjectCounts
  /** All objects that were not wholly read, in key order within each category; the JSON lists the unreadable ones. */
  readonly notRead: Iterable<NotRead>
  readonly scanned: ScannedAmounts
  readonly seconds: number
}

/** An unreadable object as `--json` lists it. */
export interface UnreadableObject {
  readonly key: string
  readonly reason: DamageReason
  readonly byte: number
  readonly keptLines: number
}

/** Exit codes of the `iot-log` command. */
export const exitCodes = {
  complete: 0,
  failed: 1,
  wrong: 2,
  partial: 3,
  empty: 4,
  hungUp: 129,
  interrupted: 130,
  terminated: 143
} as const

/** The exit code for an error that ended a command. */
export function exitCodeOf(code: ErrorCode): number {
  return code === 'wrong-words' || code === 'wrong-config' || code === 'output-exists'
    ? exitCodes.wrong
    : exitCodes.failed
}
