import type { Accept, Matcher, MatchSpec } from '../match/matcher.ts'
import { isWholeWord } from '../match/matcher.ts'
import { createSetSearch } from '../match/search-set.ts'
import { createTextSearch } from '../match/search-text.ts'
import { createHiddenSearch } from './hidden-search.ts'
import { isLiteral, isWholeJsonWord } from './json-escape.ts'

/*
 * Looks for identifiers in JSON: as the bytes stand, which is what `grep -F` would find, and as a string means them
 * (`caf\u00e9`, `dev\/1`, `say \"hi\"`). Neither parses anything: a document without a hit is passed over.
 */

const never = Number.POSITIVE_INFINITY

/** Compiles what to look for in JSON text; see {@link Matcher}. */
export function compileJsonMatcher(spec: MatchSpec): Matcher {
  const ignoreCase = spec.case === 'ignore'
  const needles = spec.identifiers.map((identifier) => Buffer.from(identifier))
  const plain =
    needles.length === 1 && !ignoreCase ? createTextSearch(needles[0]!) : createSetSearch(needles, ignoreCase)
  const accepts: Accept | undefined =
    spec.match === 'word'
      ? (block, start, end) =>
          isWholeWord(block, start, end) || (isLiteral(block, start, end) && isWholeJsonWord(block, start, end))
      : undefined
  const hidden = createHiddenSearch(spec)
  const nextPlain = rememberingNext((block, from) => plain(block, from, accepts))
  const nextHidden = rememberingNext(hidden)
  return (block, from) => {
    const first = Math.min(nextPlain(block, from), nextHidden(block, from))
    return first === never ? -1 : first
  }
}

/** Where one kind of hit is rare and the other is not, the rare one is not looked for again after each hit. */
function rememberingNext(find: Matcher): Matcher {
  let known: Buffer | undefined
  let knownFrom = 0
  let next = 0
  return (block, from) => {
    if (block === known && from >= knownFrom && from <= next) return next
    const hit = find(block, from)
    known = block
    knownFrom = from
    next = hit < 0 ? never : hit
    return next
  }
}
