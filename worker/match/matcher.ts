import type { RequestOptions } from '../contract/request-options.ts'

/** What to look for: any of the identifiers, as `grep -F` with these options would. Plain data, sent to the threads. */
export interface MatchSpec extends Pick<RequestOptions, 'match' | 'case'> {
  readonly identifiers: readonly string[]
}

/** Whose searches are used. */
export type MatcherName = 'native' | 'javascript'

/**
 * Finds where a block of whole lines holds an identifier: the position of the first hit at or after `from`, or -1.
 * A hit lies within one line, since no identifier holds a line end.
 */
export type Matcher = (block: Buffer, from: number) => number

/** A run is three numbers: where its first line begins, where its last line ends, and how many lines it has. */
export const runWords = 3

/**
 * Finds the lines with a hit in a block of whole lines, from `from`, where a line begins, and puts them into `runs`, lines
 * that follow one another as one run. Returns how many runs; as many as there is room for means that more may follow
 * after the last.
 */
export type FindRuns = (block: Buffer, from: number, runs: Uint32Array) => number

/** Whether a hit `block[start, end)` counts. */
export type Accept = (block: Buffer, start: number, end: number) => boolean

/** The first hit at or after `from` that is accepted (any, without `accepts`), or -1. */
export type Search = (block: Buffer, from: number, accepts?: Accept) => number

/** Identifiers that hold another one add nothing: whatever they hit, the shorter one hits. Not so for whole words. */
export function neededIdentifiers(spec: MatchSpec): readonly string[] {
  if (spec.match === 'word') return spec.identifiers
  return spec.identifiers.filter((one) => !spec.identifiers.some((other) => other !== one && one.includes(other)))
}

/** Word characters as `grep -w` knows them in the C locale: `[A-Za-z0-9_]`, so no byte of a non-ASCII letter. */
const isWordByte = Uint8Array.from({ length: 256 }, (_, byte) =>
  /\w/.test(String.fromCharCode(byte)) && byte < 128 ? 1 : 0
)

/** Whether neither neighbour of `block[start, end)` is a word character. */
export function isWholeWord(block: Buffer, start: number, end: number): boolean {
  const before = start > 0 ? isWordByte[block[start - 1]!]! : 0
  const after = end < block.length ? isWordByte[block[end]!]! : 0
  return before === 0 && after === 0
}
