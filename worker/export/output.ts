import type { NotRead } from '../contract/outcome.ts'
import type { ExportEntry, ManifestHead, WrittenArchive } from '../contract/result.ts'
import type { InflaterChoice } from '../decode/inflater.ts'

/** Receives the lines that an export keeps. Ends with `finish` or `fail`. */
export interface Output {
  /** Aborts, with the reason, if nothing more can be written: a full disk or a closed pipe stops the scan. */
  readonly failed: AbortSignal
  /**
   * Takes kept lines of a category. Categories come in their order, without those that have no lines. Waits until there
   * is room. When it returns, the bytes belong to the scan again.
   */
  write(category: number, lines: Buffer): Promise<void>
  /** Ends the lines. Returns the entries by category; none if the output has no entries, or no line was kept. */
  closeEntries(): Promise<readonly Omit<ExportEntry, 'lines'>[]>
  /** Receives the result of the export. Returns the archive, if it has written one. */
  finish(head: ManifestHead, notRead: Iterable<NotRead>): Promise<WrittenArchive | null>
  /** Aborts after an error, a cancel or its own failure. Never fails. Returns when nothing unfinished is left. */
  fail(error: unknown): Promise<void>
}

/** The facts of an export that are known before its first line. */
export interface OutputPlan {
  /** One for each category, in their order. */
  readonly entryNames: readonly string[]
  /** Start of the window. */
  readonly time: Date
  /** The stored bytes of all objects to read. */
  readonly storedBytes: number
  readonly inflaters: InflaterChoice
  readonly threads: number
  /** Cancels the export. */
  readonly signal: AbortSignal
  /** Called if a failed or cancelled output could not clean up. */
  readonly onLeftBehind?: ((text: string) => void) | undefined
}

export type OpenOutput = (plan: OutputPlan) => Promise<Output>
