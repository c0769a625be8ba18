import type { NotRead } from '../contract/outcome.ts'
import type { ExportEntry, ManifestHead, WrittenArchive } from '../contract/result.ts'
import type { InflaterChoice } from '../decode/inflater.ts'

/** Receives the lines that an export keeps. Ends with `finish` or `fail`. */
export interface Output {
  /** Aborts, with the reason, when nothing more can be written: a full disk or a closed pipe stops the scan. */
  readonly failed: AbortSignal
  /**
   * Takes kept lines of a category; categories come in their order, and some never come. Waits until there is room. The
   * bytes belong to the scan again when it returns.
   */
  write(category: number, lines: Buffer): Promise<void>
  /** Ends the lines. Returns what was written, by category; nothing where entries are not counted or none was begun. */
  closeEntries(): Promise<readonly Omit<ExportEntry, 'lines'>[]>
  /** Receives what the export became. Returns the archive where it has written one. */
  finish(head: ManifestHead, notRead: Iterable<NotRead>): Promise<WrittenArchive | null>
  /** Gives up after an error or a cancel, its own failure too. Never fails; returns when nothing unfinished is left. */
  fail(error: unknown): Promise<void>
}

/** What is known of an export before its first line. */
export interface OutputPlan {
  /** One for each category, in their order. */
  readonly entryNames: readonly string[]
  /** Start of the window. */
  readonly time: Date
  /** As stored, of all objects to read. */
  readonly storedBytes: number
  readonly inflaters: InflaterChoice
  readonly threads: number
  /** Cancels the export. */
  readonly signal: AbortSignal
  /** Is called with what a failed or cancelled output could not clean up. */
  readonly onLeftBehind?: ((text: string) => void) | undefined
}

export type OpenOutput = (plan: OutputPlan) => Promise<Output>
