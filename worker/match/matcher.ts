import type { RequestOptions } from '../contract/request-options.ts'
import { createAnySearch } from './search-any.ts'
import { createTextSearch } from './search-text.ts'
import { isWholeWord } from './word.ts'

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

/** Compiles what to look for. */
export function compileMatcher(spec: MatchSpec): Matcher {
  const needles = neededIdentifiers(spec).map((identifier) => Buffer.from(identifier))
  const ignoreCase = spec.case === 'ignore'
  const search =
    needles.length === 1 && !ignoreCase ? createTextSearch(needles[0]!) : createAnySearch(needles, ignoreCase)
  const accepts = spec.match === 'word' ? isWholeWord : undefined
  return (block, from) => search(block, from, accepts)
}

/** Identifiers that hold another one add nothing: whatever they hit, the shorter one hits. Not so for whole words. */
export function neededIdentifiers(spec: MatchSpec): readonly string[] {
  if (spec.match === 'word') return spec.identifiers
  return spec.identifiers.filter((one) => !spec.identifiers.some((other) => other !== one && one.includes(other)))
}
