import type { RequestOptions } from '../contract/request-options.ts'

/** What to look for: any of the identifiers, like `grep -F` with these options. Plain data, sent to the threads. */
export interface MatchSpec extends Pick<RequestOptions, 'match' | 'case'> {
  readonly identifiers: readonly string[]
  /** All lines and records count: the key of their object names the identifier. */
  readonly takesAll?: boolean
}

/** Which implementation searches. */
export type MatcherName = 'native' | 'javascript'

/**
 * Finds an identifier in a block of whole lines: the position of the first hit at or after `from`, or -1.
 * A hit lies within one line, since no identifier contains a line end.
 */
export type Matcher = (block: Buffer, from: number) => number

/** A run is three numbers: the start of its first line, the end of its last line, and its number of lines. */
export const runWords = 3

/**
 * Finds the lines with a hit in a block of whole lines. `from` is the start of a line. Adjacent lines go into `runs` as
 * one run. Returns the number of runs. If `runs` is full, there may be more after the last one.
 */
export type FindRuns = (block: Buffer, from: number, runs: Uint32Array) => number

/** Whether a hit `block[start, end)` counts. */
export type Accept = (block: Buffer, start: number, end: number) => boolean

/** The first hit at or after `from` that is accepted (any, without `accepts`), or -1. */
export type Search = (block: Buffer, from: number, accepts?: Accept) => number

/** Drops identifiers that contain another one, since the shorter one hits the same lines. Whole words need all. */
export function neededIdentifiers(spec: MatchSpec): readonly string[] {
  if (spec.match === 'word') return spec.identifiers
  return spec.identifiers.filter((one) => !spec.identifiers.some((other) => other !== one && one.includes(other)))
}

/** Word characters of `grep -w` in the C locale: `[A-Za-z0-9_]`, so no byte of a non-ASCII letter. */
const isWordByte = Uint8Array.from({ length: 256 }, (_, byte) =>
  /\w/.test(String.fromCharCode(byte)) && byte < 128 ? 1 : 0
)

/** Whether neither neighbour of `block[start, end)` is a word character. */
export function isWholeWord(block: Buffer, start: number, end: number): boolean {
  const before = start > 0 ? isWordByte[block[start - 1]!]! : 0
  const after = end < block.length ? isWordByte[block[end]!]! : 0
  return before === 0 && after === 0
}
