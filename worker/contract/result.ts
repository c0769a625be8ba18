import type { ErrorCode } from './errors.ts'
import type { LookedIn } from './looked.ts'
import type { NotRead, OutcomeCounts } from './outcome.ts'
import type { ExportRequest } from './request.ts'
import type { Warning } from './warning.ts'

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

/** What was kept of one category. */
export interface ExportEntry {
  readonly name: string
  readonly lines: number
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

/** What an export became, except for the objects that were not read. */
export interface ManifestHead {
  readonly tool: string
  readonly request: ExportRequest
  readonly status: ExportStatus
  readonly engine: string
  readonly reason: string
  /**
   * The order of the lines of an entry. `key`: by the key of their object, then as stored, except for what
   * `differences` says. `key,time`: by key, then by the time that Athena has read; lines without such a time stay as
   * stored.
   */
  readonly order: 'key' | 'key,time'
  /** How lines from Athena may differ from what is stored; left out where none came from there. */
  readonly differences?: readonly string[]
  readonly entries: readonly ExportEntry[]
  readonly objects: ObjectCounts
  readonly warnings: readonly Warning[]
  readonly scanned: ScannedAmounts
}

/** An archive that was written and verified. */
export interface WrittenArchive {
  /** `file://` or `s3://`, never a presigned one. */
  readonly url: string
  readonly bytes: number
  readonly sha256: string
}

/** What `iot-log export --json` prints, except for the list of unreadable objects, which may be long and is streamed. */
export interface ExportResult
  extends Pick<
    ManifestHead,
    'status' | 'engine' | 'reason' | 'request' | 'entries' | 'objects' | 'warnings' | 'scanned'
  > {
  /** Null when none was written. */
  readonly archive: WrittenArchive | null
  /** All objects that were not wholly read, in key order within each category; the JSON lists the unreadable ones. */
  readonly notRead: Iterable<NotRead>
  /** By category; nothing unless the export is empty. */
  readonly looked: readonly LookedIn[]
  readonly seconds: number
}

/** Exit codes of the `iot-log` command. */
export const exitCodes = {
  complete: 0,
  failed: 1,
  wrong: 2,
  partial: 3,
  empty: 4,
  nothingToRead: 5,
  hungUp: 129,
  interrupted: 130,
  terminated: 143
} as const

/** The exit code of an export that ran to its end. A day without objects is not a device without lines. */
export function exitCodeOfExport({ status, objects }: Pick<ExportResult, 'status' | 'objects'>): number {
  return status === 'empty' && objects.listed === 0 ? exitCodes.nothingToRead : exitCodes[status]
}

/** The exit code for an error that ended a command. */
export function exitCodeOf(code: ErrorCode): number {
  return code === 'wrong-words' || code === 'wrong-config' || code === 'output-exists'
    ? exitCodes.wrong
    : exitCodes.failed
}
