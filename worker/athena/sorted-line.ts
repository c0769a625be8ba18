import { compareKeys } from '../contract/key-order.ts'

/** A line with its place in the order. */
export interface SortedLine {
  readonly key: string
  /** The record's own time, in ms since 1970 UTC, or `noTime`. */
  readonly timeMs: number
  /** The line with its `\n`. A long line has several pieces, of which only the last ends with `\n`. */
  readonly bytes: Buffer
}

/** The time of lines without one: they come before all others. */
export const noTime = Number.NEGATIVE_INFINITY

/** Only so many bytes of a line are compared: lines in files are cut, and the first piece is at least this long. */
export const comparedBytes = 16 * 1024

/**
 * The order of an archive: by key, by time, by bytes. It must not depend on the order in which the parallel readers of
 * Athena ended.
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
