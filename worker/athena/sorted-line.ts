import { compareKeys } from '../contract/key-order.ts'

/** A line and where it belongs. */
export interface SortedLine {
  readonly key: string
  /** The record's own time, in ms since 1970 UTC, or `noTime`. */
  readonly timeMs: number
  /** The line with its `\n`; or a piece of a long one, which goes on in the next while it does not end so. */
  readonly bytes: Buffer
}

/** Of lines that tell no time: before all that do. */
export const noTime = Number.NEGATIVE_INFINITY

/** So much of a line takes part in its order: lines are pieces in files, and the first piece is at least this long. */
export const comparedBytes = 16 * 1024

/**
 * The order of an archive: by key, by time, by bytes. What is written of a query must not depend on the order in which
 * its parallel readers came to an end.
 */
export function compareLines(a: SortedLine, b: SortedLine): number {
  if (a.key !== b.key) return compareKeys(a.key, b.key)
  return compareTimes(a.timeMs, b.timeMs) || compareBytes(a.bytes, b.bytes)
}

export function compareTimes(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function compareBytes(a: Buffer, b: Buffer): number {
  return a.compare(b, 0, Math.min(b.length, comparedBytes), 0, Math.min(a.length, comparedBytes))
}
